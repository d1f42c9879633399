"""(c) From a new process to its first answer, artifact and pointer fetched."""

import compileall
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.aws.clients import make_client
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.cli import ministack
from functions.contracts.functions import Group
from functions.contracts.naming import Alias
from functions.contracts.release import AuditEntry
from functions.contracts.settings import ServingSettings
from infra.bundles import BUNDLES, PROJECT
from infra.bundling.build import build_bundles, open_workshop
from infra.bundling.directory import ZIP_EPOCH_SECONDS
from infra.bundling.target import Target, Variant
from tests.bench.performance import environments, textbook
from tests.bench.performance.figures import Table, Timing, show_ratio, show_us
from tests.bench.performance.runtime_api import time_first_answer
from tests.bench.subjects import MODEL, body_of, event_of, graph, spec_of
from tests.unit.serving.world import NOW, World

SETTINGS = ServingSettings(stage="local", models_bucket="models", registry_table="registry")
OURS, ZIPPED, USABLE = (
    "Windvane's bundle",
    "FastAPI + Mangum + boto3, as CDK zips it (bytecode of no use)",
    "the same, with usable bytecode",
)
START = (
    "import sys; sys.path[:0] = {paths!r}; from awslambdaric.__main__ import main; main({args!r})"
)


def measure(home: Path, *, rounds: int = 7) -> Table:
    """Return the table of first answers; the subjects take turns."""
    commands = _commands(home)
    event = event_of(body_of(1))
    taken: dict[str, list[int]] = {name: [] for name in commands}
    with _cloud(home) as environ:
        for turn in range(rounds + 1):
            for name, command in commands.items():
                nanoseconds = time_first_answer(command, environ, event)
                if turn:  # the first brings files into the page cache
                    taken[name].append(nanoseconds)
    timings = {name: Timing(tuple(times)) for name, times in taken.items()}
    ours = timings[OURS].median_us
    limits = {ZIPPED: 0.15, USABLE: 0.35}
    rows = [
        [
            name,
            show_us(timing.median_us),
            show_us(min(timing.nanoseconds) / 1000),
            show_ratio(ours, timing.median_us, limits[name]) if name in limits else "",
        ]
        for name, timing in timings.items()
    ]
    return Table(
        "(c) A cold start",
        (
            "A new process of `awslambdaric`, with its bytecode, in a clean environment, an event"
            " from a stub of the Runtime API, the pointer from DynamoDB and the artifact from S3 of"
            f" the embedded cloud, to the first answer; {rounds} of each, in turn, files in the"
            " page cache.",
        ),
        ("", "median", "fastest", "Windvane against it"),
        rows,
    )


def _commands(home: Path) -> Mapping[str, list[str]]:
    python, runtime = sys.executable, environments.ensure_environment("runtime")
    of_runtime = str(next((runtime.parent.parent / "lib").glob("python*/site-packages")))
    compileall.compile_dir(of_runtime, quiet=1)  # as pip leaves what it installs
    usable = environments.ensure_target("textbook", home / "usable", python)
    zipped = environments.ensure_target("textbook", home / "zipped", python)
    for folder in (usable, zipped):
        shutil.copy(textbook.__file__, folder / "textbook.py")
        subject = Path(__file__).parent / "subjects" / "textbook_handler.py"
        shutil.copy(subject, folder / "textbook_handler.py")
    for path in zipped.rglob("*.py"):
        os.utime(path, (ZIP_EPOCH_SECONDS, ZIP_EPOCH_SECONDS))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    kind = Variant.ARM64 if os.uname().machine == "aarch64" else Variant.X86_64
    workshop = open_workshop(PROJECT, BUNDLES, Target(kind, version))
    (bundle,) = build_bundles(workshop, (Group.SERVING,), lambda _line: None)
    subjects = {
        OURS: (str(bundle.path.resolve()), "functions.serving.predict.handler"),
        ZIPPED: (str(zipped), "textbook_handler.handler"),
        USABLE: (str(usable), "textbook_handler.handler"),
    }
    return {
        name: [
            python,
            "-I",
            "-S",
            "-B",
            "-c",
            START.format(paths=[path, of_runtime], args=["", handler]),
        ]
        for name, (path, handler) in subjects.items()
    }


@contextmanager
def _cloud(home: Path) -> Iterator[dict[str, str]]:
    """Start an embedded cloud with the model as champion; yield a function's environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = home / "ministack"
    folder.mkdir(parents=True, exist_ok=True)
    process = ministack.start(folder, port=port, environ={})
    environ = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": ministack.REGION,
        "AWS_DEFAULT_REGION": ministack.REGION,
        "AWS_ENDPOINT_URL": process.endpoint_url,
        "AWS_LAMBDA_FUNCTION_NAME": "predict",
        "LAMBDA_TASK_ROOT": "/var/task",
        "OMP_NUM_THREADS": "1",
        **SETTINGS.to_env(),
    }
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            _publish()
        yield environ
    finally:
        process.end()


def _publish() -> None:
    s3, dynamodb = make_client("s3"), make_client("dynamodb")
    s3.create_bucket(Bucket=SETTINGS.models_bucket)
    s3.put_bucket_versioning(
        Bucket=SETTINGS.models_bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb.create_table(
        TableName=SETTINGS.registry_table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
    )
    world = World(store=S3ObjectStore(s3, SETTINGS.models_bucket))  # type: ignore[arg-type]
    pointer = world.publish(spec_of(), graph())
    registry = DynamoRegistry(dynamodb, SETTINGS.registry_table)
    registry.add(world.registry.get(MODEL, 1))
    entry = AuditEntry(
        model=MODEL,
        sequence=1,
        action="promote",
        alias=Alias.CHAMPION,
        from_number=None,
        to_number=1,
        actor="bench",
        reason="to be measured",
        at=NOW,
    )
    registry.move_alias(pointer, entry, expected_revision=0)


if __name__ == "__main__":
    sys.stdout.write(measure(PROJECT / "build" / "bench").markdown() + "\n")
