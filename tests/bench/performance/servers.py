"""(b) The same request over loopback HTTP, against servers that others wrote."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from functions.contracts.functions import SERVING_MEMORY
from infra.bundles import PROJECT
from tests.bench.performance.environments import MissingEnvironmentError, ensure_environment
from tests.bench.performance.figures import (
    Table,
    Timing,
    pool,
    show_ratio,
    show_us,
    take_rounds,
    typical_quantile_us,
)
from tests.bench.performance.http_client import BrokenAnswerError, Client
from tests.bench.subjects import body_of, graph, records_of, spec_of
from tests.unit.serving.world import World

SUBJECTS = Path(__file__).parent / "subjects"
STARTS_WITHIN_SECONDS = 90
OURS = "Windvane"
TENSORS = "Windvane, MLServer's request"
BINARY = "Windvane, tritonclient's binary request"


@dataclass(frozen=True, slots=True)
class Body:
    """What a client sends; `binary_from` is where tensors follow the JSON."""

    content: bytes
    binary_from: int | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """How to start a server, and what to ask it; `{port}` and `{home}` are filled in."""

    name: str
    environment: str
    command: Sequence[str]
    path: str
    write: Callable[[int], Body]
    variables: Mapping[str, str]


def _own(rows: int) -> Body:
    if rows == 1:
        return Body(body_of(1).encode())
    records = records_of(rows)
    columns = {name: [record[name] for record in records] for name in records[0]}
    return Body(json.dumps({"columns": columns}).encode())


def _matrix(key: str) -> Callable[[int], Body]:
    return lambda rows: Body(
        json.dumps({key: [list(r.values()) for r in records_of(rows)]}).encode()
    )


def _values(rows: int) -> list[float]:
    return [value for record in records_of(rows) for value in record.values()]


def _tensor(rows: int) -> Body:
    tensor = {"name": "rows", "shape": [rows, 25], "datatype": "FP32", "data": _values(rows)}
    return Body(json.dumps({"inputs": [tensor]}).encode())


def _binary_tensor(rows: int) -> Body:
    """Return what tritonclient sends unless it is told otherwise; its outputs come likewise."""
    content = np.array(_values(rows), dtype="<f4").tobytes()
    tensor = {
        "name": "rows",
        "shape": [rows, 25],
        "datatype": "FP32",
        "parameters": {"binary_data_size": len(content)},
    }
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    return Body(head + content, len(head))


def _windvane(name: str, path: str, write: Callable[[int], Body]) -> Server:
    command = (str(SUBJECTS / "windvane_server.py"), "{port}")
    variables = {"PYTHONPATH": str(PROJECT), "BENCH_HOME": "{home}", **SERVING_MEMORY}
    return Server(name, "windvane", command, path, write, variables)


SERVERS = (
    _windvane(OURS, "/models/bench/predict", _own),
    _windvane(TENSORS, "/v2/models/bench/infer", _tensor),
    _windvane(BINARY, "/v2/models/bench/infer", _binary_tensor),
    Server(
        "MLflow, `mlflow models serve`",
        "mlflow",
        (
            *("-m", "mlflow", "models", "serve", "--model-uri", "{home}/mlflow"),
            *("--port", "{port}", "--env-manager", "local", "--workers", "1"),
        ),
        "/invocations",
        _matrix("inputs"),
        {"MLFLOW_TRACKING_URI": "file://{home}/runs"},
    ),
    Server(
        "BentoML",
        "bentoml",
        (
            *("-m", "bentoml", "serve", "bentoml_service:Bench", "--port", "{port}"),
            *("--working-dir", str(SUBJECTS)),
        ),
        "/predict",
        _matrix("rows"),
        {"BENCH_MODEL": "{home}/model.onnx", "BENTOML_HOME": "{home}/bentoml"},
    ),
    Server(
        "MLServer",
        "mlserver",
        ("-m", "mlserver.cli.main", "start", "{home}/mlserver"),
        "/v2/models/bench/infer",
        _tensor,
        {"PYTHONPATH": str(SUBJECTS)},
    ),
)


def measure(home: Path) -> Table:
    """Return the table of one row and of 1,000 rows."""
    _lay_out(home)
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        asks: dict[str, Callable[[int], Callable[[], object]]] = {}
        for server in SERVERS:
            try:
                asks[server.name] = stack.enter_context(_started(server, home))
            except MissingEnvironmentError as error:
                missing[server.name] = f"not measured: {error}"
        one = take_rounds({name: ask(1) for name, ask in asks.items()}, rounds=21, calls=400)
        many = take_rounds({name: ask(1000) for name, ask in asks.items()}, rounds=21, calls=20)
    rows = [[name, *_cells(one, many, name)] for name in one]
    rows += [[name, reason, "", "", ""] for name, reason in missing.items()]
    return Table(
        "(b) Over loopback HTTP",
        (
            "The same ONNX file, each server with one worker in an environment of its own, each"
            " asked in turn by one client over a kept connection, in the server's own JSON: 21"
            " rounds of 400 requests of one row and 20 of 1,000 rows, of which the first tenth is"
            " not counted. The p99 is the median of the rounds' own: a pause of the machine falls"
            " upon one round of any server, and says nothing of it."
            " Windvane's core stands behind a small server that the bench brings (in AWS,"
            " API Gateway is the server); it checks each value and writes its captures. 1,000 rows"
            " are sent to it as columns; then as MLServer gets them, in one JSON tensor; then as"
            " bytes, which MLServer does not take over HTTP.",
        ),
        ("", "one row, median", "one row, p99", "1,000 rows, median", "Windvane against it"),
        rows,
    )


def _cells(one: dict[str, list[Timing]], many: dict[str, list[Timing]], name: str) -> list[str]:
    ours, theirs = pool(one[OURS]).median_us, pool(one[name]).median_us
    our_tail, tail = (typical_quantile_us(one[each], 0.99) for each in (OURS, name))
    our_many, of_many = (pool(many[each]).median_us for each in (OURS, name))
    cells = [show_us(theirs), show_us(tail), show_us(of_many)]
    if name in {OURS, TENSORS, BINARY}:
        return [*cells, ""]
    if name == "MLServer":
        shown = show_ratio(our_many, of_many, 0.6)
        others = "; ".join(
            f"{other.partition(', ')[2]}: {pool(many[other]).median_us / of_many:.3g} times"
            for other in (TENSORS, BINARY)
        )
        return [*cells, f"1,000 rows as columns {shown}; {others}"]
    medians, tails = show_ratio(ours, theirs, 1 / 6), show_ratio(our_tail, tail, 1 / 6)
    return [*cells, f"median {medians}; p99 {tails}"]


def _lay_out(home: Path) -> None:
    """Write the model in every form that a server reads."""
    home.mkdir(parents=True, exist_ok=True)
    world = World()
    pointer = world.publish(spec_of(), graph())
    (home / "pointer.json").write_text(pointer.model_dump_json(), encoding="utf-8")
    for stored in (pointer.artifact.model, pointer.artifact.spec):
        (home / stored.key.rpartition("/")[2]).write_bytes(world.store.read(stored.key))
    runtime = home / "mlserver" / "model-settings.json"
    runtime.parent.mkdir(exist_ok=True)
    parameters = {"uri": str(home / "model.onnx")}
    settings = {
        "name": "bench",
        "implementation": "mlserver_runtime.OnnxRuntime",
        "parameters": parameters,
    }
    runtime.write_text(json.dumps(settings), encoding="utf-8")


@contextmanager
def _started(server: Server, home: Path) -> Iterator[Callable[[int], Callable[[], object]]]:
    """Start a server, and return what makes a request of so many rows."""
    python, port = ensure_environment(server.environment), _free_port()
    variables = {name: value.format(home=home) for name, value in server.variables.items()}
    path = f"{python.parent}:/usr/local/bin:/usr/bin:/bin"
    environ = {"PATH": path, "HOME": str(home), "OMP_NUM_THREADS": "1", **variables}
    if server.environment == "mlflow" and not (home / "mlflow").is_dir():
        save = [str(python), str(SUBJECTS / "mlflow_model.py")]
        folders = [str(home / "model.onnx"), str(home / "mlflow")]
        subprocess.run([*save, *folders], check=True, capture_output=True, env=environ)
    if server.environment == "mlserver":
        ports = {"http_port": port, "grpc_port": _free_port(), "metrics_port": _free_port()}
        settings = {**ports, "host": "127.0.0.1", "parallel_workers": 0, "debug": False}
        (home / "mlserver" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [str(python), *(part.format(port=port, home=home) for part in server.command)]
    with (home / f"{server.environment}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, cwd=home, stdout=log, stderr=log)
        client = Client(port)
        try:
            _wait(client, server, process)
            yield lambda rows: _asker(client, server, rows)
        finally:
            client.close()
            process.terminate()
            process.wait()


def _asker(client: Client, server: Server, rows: int) -> Callable[[], object]:
    body = server.write(rows)
    return client.asker(server.path, body.content, binary_from=body.binary_from)


def _wait(client: Client, server: Server, process: "subprocess.Popen[bytes]") -> None:
    ask, deadline = _asker(client, server, 1), time.monotonic()
    deadline += STARTS_WITHIN_SECONDS
    while True:
        try:
            ask()
        except (OSError, BrokenAnswerError) as error:
            client.close()
            if process.poll() is not None or time.monotonic() > deadline:
                msg = f"{server.name} does not start: {error}"
                raise MissingEnvironmentError(msg) from error
            time.sleep(0.2)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.stdout.write(measure(PROJECT / "build" / "bench" / "home").markdown() + "\n")
