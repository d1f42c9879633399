"""What `windvane demo` does: bring the embedded cloud up, tell the loop, leave nothing behind."""

from functions.cli import local_cloud, wiring
from functions.cli.cells import seconds_text
from functions.cli.demo.cast import gather_cast
from functions.cli.demo.loop import run
from functions.cli.demo.telling import Telling
from functions.cli.local_view import checkout
from functions.cli.output import Output
from functions.cli.stage import LOCAL

MODEL = "loan_default"
FACTS_FILE = "demo.json"


def demo(out: Output, *, keep: bool, port: int | None) -> None:
    """Run the demo; end the embedded cloud unless it is to be kept."""
    tree = checkout()
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
    cast = gather_cast(wiring.open_stage(LOCAL), MODEL)
    run(telling, cast, wiring.ROOT / "models" / MODEL)


def _sum_up(out: Output, telling: Telling, *, keep: bool) -> None:
    facts = telling.document()
    out.line(
        f"\nROC AUC: {facts['champion_before']} {facts['roc_auc_score_before_drift']:.4f} before the "
        f"drift and {facts['roc_auc_score_old_champion_on_drift']:.4f} on it; "
        f"{facts['champion_after']} {facts['roc_auc_score_new_champion_on_drift']:.4f}",
        style="bold",
    )
    out.line(
        f"{facts['predictions']:,} rows answered, {facts['captures']:,} captured; from the first drifted "
        f"row to the new champion {seconds_text(float(str(facts['seconds_from_drift_to_new_champion'])))}"
    )
    out.line(f"facts: {wiring.home() / FACTS_FILE}")
    if keep:
        cloud = wiring.live_local_cloud()
        out.line(f"the embedded cloud is still up: {cloud.api_url}/docs" if cloud else "")
    out.result(facts)
