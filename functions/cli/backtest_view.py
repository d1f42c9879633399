"""What `windvane backtest` does and says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from functions.cli import wiring
from functions.cli.backtest_data import read_history
from functions.cli.backtest_fitting import PipelineFitter, one_thread
from functions.cli.cells import seconds_text
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import check_model_name
from functions.core.backtest import Replay, Step, sound_history
from functions.core.backtest_baselines import count_phases, replay_schedule, score_windows
from functions.core.backtest_history import Cutting, History, cut_history
from functions.core.backtest_page import backtest_page
from functions.core.backtest_result import BacktestResult, document_of, told_steps
from functions.core.backtest_run import Workshop, first_version, keep_parameters
from functions.core.retraining_policy import Action
from functions.core.search_space import plan_candidates
from functions.training.model_code import ModelCode, load_model_code

TOLD = 10
"""Lines of progress, besides those of the runs."""

_DURATION = re.compile(r"(\d+)\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a backtest, as it was written on the command line."""

    files: tuple[Path, ...]
    labels: Path | None
    label_delay: str
    window: str | None
    time_column: str | None
    first_share: float
    search_always: bool
    output: Path | None
    seed: int | None


def backtest(out: Output, *, model: str, question: Question) -> None:
    """Replay a history through a model's policies and show what came of it."""
    check_model_name(model)
    code = load_model_code(model)
    code = replace(code, spec=_seeded(code.spec, question.seed))
    cutting = read_window(question.window, first_share=question.first_share)
    delay = read_duration(question.label_delay, "--label-delay")

    result = replay(out, code, question, cutting=cutting, label_delay=delay)

    page = _write_page(result, question.output)
    _show(out, result, page)
    out.result({**document_of(result), "page": str(page)})


def replay(
    out: Output, code: ModelCode, question: Question, *, cutting: Cutting, label_delay: timedelta
) -> BacktestResult:
    """Return the result on the files that were given."""
    rows = read_history(
        code.spec, question.files, labels=question.labels, time_column=question.time_column
    )
    for note in rows.notes:
        out.remark(note)
    history = cut_history(rows.x, rows.y, rows.times, cutting)
    result = replay_rows(
        out, code, history, label_delay=label_delay, search_always=question.search_always
    )
    return replace(result, notes=rows.notes)


def replay_rows(
    out: Output,
    code: ModelCode,
    history: History,
    *,
    label_delay: timedelta,
    search_always: bool = False,
) -> BacktestResult:
    """Return the result of the policy and of its baselines on a history."""
    with one_thread():
        return _replay_all(out, code, history, label_delay=label_delay, search_always=search_always)


def _replay_all(
    out: Output, code: ModelCode, history: History, *, label_delay: timedelta, search_always: bool
) -> BacktestResult:
    spec = code.spec
    out.remark(f"{len(history.y):,} rows, {history.windows} windows; training the first champion")
    points = [candidate.parameters for candidate in plan_candidates(spec.training)]
    workshop = Workshop(spec, history, PipelineFitter(code, history), points)
    workshop = workshop if search_always else keep_parameters(workshop)
    first = first_version(workshop)

    steps = Replay(workshop, label_delay).run(told=lambda step: _tell(out, step, history.windows))
    policy = score_windows(workshop, [step.version for step in steps])
    never = score_windows(workshop, [first] * history.windows)

    runs = sum(step.started is not None for step in steps)
    schedule = never
    if runs:
        phases = count_phases(runs)
        out.remark(f"replaying {phases} phases of a schedule with as many runs ({runs})")
        schedule = replay_schedule(
            workshop,
            first,
            runs=runs,
            label_delay=label_delay,
            told=lambda done: out.remark(f"  {done} of {runs * phases} runs"),
            learned=sound_history(history, steps),
        )
    return BacktestResult(
        model=spec.name,
        metric=spec.training.metric,
        history=history,
        steps=steps,
        policy=policy,
        never=never,
        schedule=schedule,
        cost_per_second=spec.retraining.cost_per_training_second,
    )


def read_window(text: str | None, *, first_share: float) -> Cutting:
    """Return how windows are cut: `500` is rows, `12h` a time; raise UsageError.

    Examples
    --------
    >>> read_window("500", first_share=0.2).rows
    500
    """
    if text is None:
        return Cutting(first_share=first_share)
    if text.isdecimal() and int(text) > 0:
        return Cutting(rows=int(text), first_share=first_share)
    return Cutting(length=read_duration(text, "--window"), first_share=first_share)


def read_duration(text: str, option: str) -> timedelta:
    """Return a duration such as `30m`, `12h`, `7d`, `2w` or `0`; raise UsageError.

    Examples
    --------
    >>> read_duration("36h", "--window")
    datetime.timedelta(days=1, seconds=43200)
    """
    if text == "0" and option != "--window":
        return timedelta()
    found = _DURATION.fullmatch(text.strip())
    if found is None or int(found[1]) == 0:
        msg = (
            f"{option} {text!r} is no duration: write a number and m, h, d or w, such as 12h or 7d"
        )
        raise UsageError(msg)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _seeded(spec: ModelSpec, seed: int | None) -> ModelSpec:
    """Return the spec with another seed of the search of parameters: nothing else is drawn."""
    if seed is None:
        return spec
    return spec.model_copy(update={"training": spec.training.model_copy(update={"seed": seed})})


def _tell(out: Output, step: Step, windows: int) -> None:
    if step.started is not None:
        run = step.started.run
        state = "promoted" if run.promoted else "not promoted"
        out.remark(f"window {step.window}: retrained, {state} ({run.reason})")
    elif (step.window + 1) % max(1, windows // TOLD) == 0:
        out.remark(f"window {step.window + 1} of {windows}")


def _write_page(result: BacktestResult, folder: Path | None) -> Path:
    target = folder or wiring.home() / "backtests"
    path = target / f"{result.model}.html"
    try:
        target.mkdir(parents=True, exist_ok=True)
        path.write_text(backtest_page(result), encoding="utf-8")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; choose a folder with --output"
        raise UsageError(msg) from error
    return path


def _show(out: Output, result: BacktestResult, page: Path) -> None:
    _show_decisions(out, result)
    means, started = result.means, result.started
    out.line()
    out.table(
        ["", f"mean {result.metric}", "training runs", "promotions"],
        [
            ["policy", means["policy"], len(started), sum(each.run.promoted for each in started)],
            ["never retrain", means["never"], 0, 0],
            ["schedule with as many runs", means["schedule"], len(started), None],
        ],
    )
    out.line()
    out.line(
        f"{result.against('never'):+.4f} against never retraining, "
        f"{result.against('schedule'):+.4f} against the schedule; "
        f"{seconds_text(result.training_seconds)} of training, estimated cost "
        f"${result.training_seconds * result.cost_per_second:.4f}"
    )
    out.line(f"page: {page}")


def _show_decisions(out: Output, result: BacktestResult) -> None:
    told: Sequence[Step] = told_steps(result.steps)
    if not told:
        out.line("nothing was found in any window")
        return
    rows = [
        [step.window, result.history.ends[step.window], _action(step), _reason(step)]
        for step in told
    ]
    out.table(["window", "end", "action", "reason"], rows)


def _action(step: Step) -> str:
    if step.declined is not None:
        return "retrain, declined"
    if step.started is not None:
        return "retrain, promoted" if step.started.run.promoted else "retrain, not promoted"
    return str(step.decision.action).replace("_", " ")


def _reason(step: Step) -> str:
    if step.declined is not None:
        return f"{step.decision.reason}; {step.declined}"
    if step.started is not None:
        return f"{step.decision.reason}; {step.started.run.reason}"
    return step.decision.reason if step.decision.action is not Action.CARRY_ON else ""
