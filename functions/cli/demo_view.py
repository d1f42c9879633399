"""What `windvane demo` does: bring the embedded cloud up, tell the loop, leave nothing behind."""

from functions.cli import local_cloud, wiring
from functions.cli.cells import seconds_text
from functions.cli.demo.cast import gather_cast
from functions.cli.demo.loop import run
from functions.cli.demo.telling import Telling
from functions.cli.errors import RefusedError
from functions.cli.local_view import checkout
from functions.cli.output import Output
from functions.cli.stage import LOCAL
from functions.contracts.model_folder import MODELS_DIRECTORY

MODEL = "loan_default"
SECOND_MODEL = "car_price"
FACTS_FILE = "demo.json"


def demo(out: Output, *, keep: bool, port: int | None) -> None:
    """Run the demo; end the embedded cloud unless it is to be kept."""
    tree = checkout()
    if local_cloud.running_cloud(tree.home) is not None:
        msg = "an embedded cloud is up, the demo wants its own: run `windvane local down` first"
        raise RefusedError(msg)
    local_cloud.down(tree.home)
    (tree.home / FACTS_FILE).unlink(missing_ok=True)
    telling = Telling(out)
    try:
        _tell(telling, port)
    except BaseException as error:
        telling.keep("broken", str(error) or type(error).__name__)
        raise
    finally:
        telling.write(tree.home / FACTS_FILE)
        if not keep:
            local_cloud.down(tree.home)
    _sum_up(out, telling, keep=keep)


def _tell(telling: Telling, port: int | None) -> None:
    with telling.chapter("deploy", "Deploy the real templates to an embedded cloud"):
        local_cloud.up(
            checkout(),
            port=port,
            now=wiring.now(),
            tell=lambda what, seconds: telling.say(f"{what:<42} {seconds_text(seconds):>8}"),
        )
    stage = wiring.open_stage(LOCAL)
    beside = gather_cast(stage, SECOND_MODEL)
    run(telling, gather_cast(stage, MODEL), MODELS_DIRECTORY / MODEL, beside=beside)


def _sum_up(out: Output, telling: Telling, *, keep: bool) -> None:
    facts = telling.document()
    took = float(str(facts["seconds_from_drift_to_new_champion"]))
    total = sum(telling.seconds.values())
    out.line(
        f"\n{facts['champion_before']} → {facts['champion_after']}: from the first drifted row to "
        f"the new champion in {seconds_text(took)}, the whole loop in {seconds_text(total)}",
        style="bold",
    )
    out.line(f"facts: {wiring.home() / FACTS_FILE}")
    cloud = wiring.live_local_cloud() if keep else None
    if cloud is not None:
        out.line(f"the embedded cloud is still up: {cloud.endpoint_url}")
        out.line(
            "look around with `windvane docs` and `windvane versions loan_default`, "
            "end it with `windvane local down`"
        )
    out.result(facts)
