"""The embedded cloud's process (D14): MiniStack on the loopback address, with its own folder."""

import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from functions.cli.errors import LocalCloudError
from functions.cli.processes import end_group, is_alive, start_mark

HOST = "localhost"
USUAL_PORT = 4566
CONCURRENT_FITS = 2
START_SECONDS = 30.0
POLL_SECONDS = 0.1
REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
LOG_FILE = "cloud.log"
_LAST_LINES = 8


@dataclass(frozen=True, slots=True)
class CloudProcess:
    """A running MiniStack."""

    process_id: int
    process_started: str
    port: int
    log_file: Path

    @property
    def endpoint_url(self) -> str:
        """Where its services answer."""
        return f"http://{HOST}:{self.port}"

    def end(self) -> None:
        """End it and its workers."""
        end_group(self.process_id, self.process_started)


def start(home: Path, *, port: int | None, environ: Mapping[str, str]) -> CloudProcess:
    """Start MiniStack and return when it answers; raise LocalCloudError if it does not."""
    home.mkdir(parents=True, exist_ok=True)
    with claimed_port(port) as free:
        return _start_at(free, home, environ)


def _start_at(port: int, home: Path, environ: Mapping[str, str]) -> CloudProcess:
    state, scratch, log_file = home / "state", home / "tmp", home / LOG_FILE
    scratch.mkdir(exist_ok=True)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=home,
            env=cloud_environment(environ, port=port, state=state, scratch=scratch),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    mark = start_mark(process.pid) or ""
    cloud = CloudProcess(process.pid, mark, port, log_file)
    try:
        _wait_until_healthy(cloud, process)
    except BaseException:
        cloud.end()
        raise
    process.returncode = 0  # detached: it is ended by its id, Popen must not mourn it
    return cloud


def cloud_environment(
    environ: Mapping[str, str], *, port: int, state: Path, scratch: Path
) -> dict[str, str]:
    """Return MiniStack's environment; its functions inherit it, so the caller's AWS is left out."""
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(state),
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(scratch),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "IOT_MTLS_ENABLED": "0",  # else it listens on 8883 too
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Functions run beside each other here, two candidates at a time among them; threads that
        # wait for each other spinning made a fit of one second take eighty.
        "OMP_THREAD_LIMIT": str(max(1, (os.cpu_count() or 1) // CONCURRENT_FITS)),
        "OMP_WAIT_POLICY": "PASSIVE",
    }


@contextmanager
def claimed_port(asked: int | None) -> Iterator[int]:
    """Choose a port, and let no other cloud choose one until the caller listens on it.

    Two clouds that start in the same second would both find 4566 free. The second could not listen,
    and would take the first's answer for its own.
    """
    lock_file = Path(tempfile.gettempdir()) / f"windvane-port-{os.getuid()}.lock"
    with lock_file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield choose_port(asked)


def choose_port(asked: int | None) -> int:
    """Return a free port of the loopback address: the asked, the usual 4566, or any."""
    if asked is not None:
        if not _is_free(asked):
            msg = f"port {asked} is taken: end what listens there, or choose another with --port"
            raise LocalCloudError(msg)
        return asked
    if _is_free(USUAL_PORT):
        return USUAL_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_healthy(endpoint_url: str) -> bool:
    """Return whether a MiniStack answers there."""
    try:
        with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=2) as answer:  # noqa: S310 - http only
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except (urllib.error.URLError, OSError):
        return False


def last_lines(file: Path, count: int = _LAST_LINES) -> str:
    """Return the end of a log."""
    if not file.is_file():
        return ""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_healthy(cloud: CloudProcess, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(cloud.endpoint_url):
        ended = process.poll() is not None or not is_alive(cloud.process_id, cloud.process_started)
        if ended or time.monotonic() > deadline:
            how = "ended at once" if ended else f"did not answer within {START_SECONDS:.0f} s"
            said = last_lines(cloud.log_file)
            msg = f"the embedded cloud {how}; the end of {cloud.log_file}:\n{said}"
            raise LocalCloudError(msg)
        time.sleep(POLL_SECONDS)
