"""Following a batch job: rows planned, chunks answered, results written."""

import time
from collections.abc import Callable

from functions.aws.executions import Execution
from functions.cli import wiring
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.batch import BatchJob, BatchPlan
from functions.core.ports import ObjectNotFoundError, ObjectStore

POLL_SECONDS = 1.0
RUNNING = "RUNNING"
_LINES = 20
"""How many lines at most a log gets of the chunks."""

Show = Callable[[BatchPlan | None, int], None]


def follow_job(out: Output, job: BatchJob, execution: str, deployed: DeployedStage) -> Execution:
    """Show how far a job is until it ends, and return its execution.

    Whoever stops watching stops nothing: the same command watches again.
    """
    executions = wiring.batch_executions(deployed)
    store = wiring.bucket(deployed.settings.data_bucket)
    show, stop = _terminal_view(out) if out.is_terminal else _line_view(out)
    try:
        while True:
            state = executions.describe(execution)
            plan = _find_plan(job, store)
            show(plan, _answered(job, store) if plan else 0)
            if state.status != RUNNING:
                return state
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        out.remark(f"job {job.job} goes on without you; the same command watches it again")
        raise
    finally:
        stop()


def _find_plan(job: BatchJob, store: ObjectStore) -> BatchPlan | None:
    try:
        return BatchPlan.model_validate_json(store.read(keys.batch_plan(job.model, job.job)))
    except ObjectNotFoundError:
        return None


def _answered(job: BatchJob, store: ObjectStore) -> int:
    prefix = f"{keys.batch_prefix(job.model, job.job)}{keys.BATCH_OUTPUTS}"
    return sum(1 for _ in store.list(prefix))


def _planned(plan: BatchPlan) -> str:
    refused = f", {plan.refused:,} refused" if plan.refused else ""
    return f"planned {plan.rows:,} rows in {plan.chunks:,} chunks{refused}"


def _line_view(out: Output) -> tuple[Show, Callable[[], None]]:
    told: set[int] = set()

    def show(plan: BatchPlan | None, answered: int) -> None:
        if plan is None:
            return
        if not told:
            out.line(_planned(plan))
        step = max(1, plan.chunks // _LINES)
        mark = plan.chunks if answered == plan.chunks else answered // step * step
        if mark not in told and mark:
            out.line(f"answered {mark:,} of {plan.chunks:,} chunks")
        told.add(mark)

    return show, lambda: None


def _terminal_view(out: Output) -> tuple[Show, Callable[[], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    progress = Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=out.console(),
    )
    task = progress.add_task("planning", total=None)
    progress.start()

    def show(plan: BatchPlan | None, answered: int) -> None:
        if plan is not None:
            progress.update(task, description=_planned(plan), total=plan.chunks, completed=answered)

    return show, progress.stop
