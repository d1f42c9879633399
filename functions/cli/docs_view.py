"""What `windvane docs` does and says."""

from functions.cli import wiring
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.cli.signing_proxy import address_of, make_proxy


def show_docs(out: Output, *, port: int, stage: str | None) -> None:
    """Forward a loopback address to the deployed API until interrupted."""
    deployed = wiring.open_stage(stage)
    try:
        proxy = make_proxy(wiring.api(deployed), port)
    except OSError as error:
        msg = f"port {port} cannot be listened on ({error.strerror}): choose another with --port"
        raise RefusedError(msg) from error
    with proxy:
        out.line(f"the API of stage {deployed.name}: {address_of(proxy)}/docs (Ctrl-C ends this)")
        proxy.serve_forever()
