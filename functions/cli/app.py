"""The application `windvane`: its commands, and what becomes of their errors."""

import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup

from functions.cli.commands import (
    ab,
    backtest,
    batch,
    captures,
    clients,
    dashboard,
    data,
    demo,
    docs,
    doctor,
    drift,
    drill,
    faults,
    label,
    labels,
    local,
    metrics,
    models,
    predict,
    promotion,
    retraining,
    rollout,
    runs,
    train,
    versions,
)
from functions.cli.errors import ExitCode, exit_code
from functions.contracts.errors import WindvaneError

DEBUG = "--debug"

SIGNAL_BASE = 128
"""A process that a signal ended exits with this much more than the signal's number."""


class InOrderOfUse(TyperGroup):
    """Lists the commands as somebody new would need them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # narrower
        """Return the commands' names, groups among them."""
        first = ["demo", "doctor", "local", "models", "data", "train", "runs", "versions"]
        return [*first, *(name for name in super().list_commands(ctx) if name not in first)]


app = typer.Typer(
    name="windvane",
    cls=InOrderOfUse,
    help="Describe a model in one folder, deploy it, and keep it on course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Coloured help takes 0.3 s longer to start, so it is for eyes only.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrongly written, 3 nothing deployed or "
    "reachable, 4 unexpected.",
)

app.add_typer(local.app, name="local")
app.add_typer(models.app, name="models")
app.add_typer(data.app, name="data")
app.command("train")(train.train)
app.add_typer(runs.app, name="runs")
app.add_typer(retraining.app, name="retraining")
app.command("versions")(versions.versions)
app.command("promote")(promotion.promote)
app.command("rollback")(promotion.rollback)
app.add_typer(rollout.app, name="rollout")
app.add_typer(ab.app, name="ab")
app.command("predict")(predict.predict)
app.command("batch")(batch.batch)
app.command("backtest")(backtest.backtest)
app.command("label")(label.label)
app.add_typer(labels.app, name="labels")
app.add_typer(captures.app, name="captures")
app.add_typer(clients.app, name="clients")
app.command("drift")(drift.drift)
app.add_typer(faults.app, name="faults")
app.add_typer(drill.app, name="drill")
app.add_typer(metrics.app, name="metrics")
app.add_typer(dashboard.app, name="dashboard")
app.command("docs")(docs.docs)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


@app.callback()
def windvane(
    _debug: Annotated[
        bool, typer.Option(DEBUG, help="Show where an unwelcome end comes from.")
    ] = False,
) -> None:
    """Describe a model in one folder, deploy it, and keep it on course."""


class Interruption(BaseException):
    """A signal asked the command to end; what it started is ended on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.number = number


def main() -> NoReturn:
    """Run a command and end the process with its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        app(prog_name="windvane")
    except Interruption as interruption:
        _complain("interrupted")
        sys.exit(SIGNAL_BASE + interruption.number)
    except WindvaneError as error:
        _raise_in_debug(error)
        _complain(str(error))
        sys.exit(exit_code(error))
    except Exception as error:  # noqa: BLE001 - the entry point: nobody above would tell the user
        _raise_in_debug(error)
        sys.exit(_explain(error))
    sys.exit(ExitCode.OK)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interruption(number)


def _raise_in_debug(error: Exception) -> None:
    if DEBUG in sys.argv:
        raise error


def _explain(error: Exception) -> ExitCode:
    """Tell of an error that is not ours."""
    from functions.aws.failures import explain

    explanation = explain(error)
    if explanation is not None:
        _complain(explanation)
        return ExitCode.UNREACHABLE
    _complain(f"unexpected {type(error).__name__}: {error}")
    sys.stderr.write("run it again as `windvane --debug …` to see where this comes from\n")
    return ExitCode.UNEXPECTED


def _complain(text: str) -> None:
    sys.stderr.write(f"windvane: {text}\n")
