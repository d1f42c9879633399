"""What `windvane local …` says."""

from functions.cli import local_cloud, wiring
from functions.cli.cdk import Checkout
from functions.cli.cells import seconds_text
from functions.cli.errors import NotDeployedError
from functions.cli.local_file import LocalCloud
from functions.cli.ministack import is_healthy
from functions.cli.output import Output


def checkout() -> Checkout:
    """Return this tree."""
    return Checkout(root=wiring.ROOT, home=wiring.home(), environ=wiring.environ())


def up(out: Output, *, port: int | None) -> None:
    """Bring the embedded cloud up and say where it is."""

    def tell(what: str, seconds: float) -> None:
        out.line(f"✓ {what:<45} {seconds_text(seconds):>9}")

    cloud = local_cloud.up(checkout(), port=port, now=wiring.now(), tell=tell)
    _show(out, cloud)
    out.line("\nnext: windvane data add MODEL FILE, windvane train MODEL, or windvane demo")


def down(out: Output) -> None:
    """End the embedded cloud."""
    was_up = local_cloud.down(wiring.home())
    out.line("the embedded cloud is down" if was_up else "the embedded cloud was not up")
    out.result({"was_up": was_up})


def status(out: Output) -> None:
    """Say whether the embedded cloud is up; raise NotDeployedError if it is not."""
    cloud = wiring.live_local_cloud()
    if cloud is None:
        out.result({"up": False})
        msg = "the embedded cloud is not up: run `windvane local up`"
        raise NotDeployedError(msg)
    if not is_healthy(cloud.endpoint_url):
        msg = f"the embedded cloud at {cloud.endpoint_url} does not answer: see {cloud.log_file}"
        raise NotDeployedError(msg)
    _show(out, cloud)


def _show(out: Output, cloud: LocalCloud) -> None:
    out.fields(
        {
            "endpoint": cloud.endpoint_url,
            "prediction API": cloud.api_url,
            "account, region": f"{cloud.account_id}, {cloud.region}",
            "process, log": f"{cloud.process_id}, {cloud.log_file}",
        }
    )
    out.result({"up": True, **cloud.model_dump(mode="json")})
