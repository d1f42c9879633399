"""The bundler's rules, on a project of a few files and packages that are made up."""

import struct
import threading
from pathlib import Path

import msgspec
import pytest

from functions.contracts.functions import FUNCTIONS, Group
from infra import bundles
from infra.bundles import BundleError, bundle_path, excess_of, table_of
from infra.bundling.build import Bundle, build_bundles, open_workshop
from infra.bundling.compiler import compiler_for
from infra.bundling.directory import Contents, contents_of
from infra.bundling.shared_library import strip_library
from infra.bundling.sources import read_sources
from infra.bundling.target import BUDGETS_MIB, Target, Variant
from infra.bundling.trimming import AWS_SERVICES, trim

MIB = 2**20


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "a project"
    write(project, "functions/__init__.py", "models/__init__.py")
    for package in ("contracts", "core", "aws", "inference", "cli", *Group):
        write(project, f"functions/{package}/__init__.py", f"functions/{package}/requirements.txt")
    write(project, "functions/serving/docs.html", "functions/core/__pycache__/drift.pyc")
    write(project, *(f"models/loan/{name}" for name in ("model.toml", "model.py", "rows.csv")))
    return project


def bundled(group: Group, project: Path) -> set[str]:
    return {path.as_posix() for path in read_sources(group, project)}


def build_source(project: Path, *groups: Group) -> tuple[Bundle, ...]:
    workshop = open_workshop(project, project / "build", Target(Variant.SOURCE))
    return build_bundles(workshop, groups or tuple(Group), lambda _line: None)


def weighing(size_mib: float) -> Bundle:
    contents = Contents(file_count=1, size_bytes=int(size_mib * MIB), digest="")
    return Bundle(Group.SERVING, Path("serving"), contents, seconds=None)


def test_bundles_a_group_with_what_it_may_import(project: Path) -> None:
    assert bundled(Group.MONITORING, project) == {
        *(f"functions/{package}__init__.py" for package in ("", "aws/", "contracts/", "core/")),
        "functions/monitoring/__init__.py",
        "models/__init__.py",
        "models/loan/model.toml",
    }


def test_bundles_the_code_of_models_where_it_is_run_or_compared(project: Path) -> None:
    assert "models/loan/model.py" in bundled(Group.TRAINING, project)
    assert "models/loan/model.py" in bundled(Group.PREPARATION, project)
    assert "models/loan/model.py" not in bundled(Group.RELEASE, project)


def test_bundles_pages_but_no_models_with_serving(project: Path) -> None:
    assert "functions/serving/docs.html" in bundled(Group.SERVING, project)
    assert not [name for name in bundled(Group.SERVING, project) if name.startswith("models")]


@pytest.mark.parametrize("group", Group)
def test_never_bundles_sample_data_locks_or_caches(project: Path, group: Group) -> None:
    suffixes = {Path(name).suffix for name in bundled(group, project)}

    assert not suffixes & {".csv", ".txt", ".pyc"}


def test_builds_once_what_does_not_change(project: Path) -> None:
    first = build_source(project)
    again = build_source(project)

    assert all(bundle.seconds is not None for bundle in first)
    assert all(bundle.seconds is None for bundle in again)
    assert [bundle.contents for bundle in again] == [bundle.contents for bundle in first]


def test_builds_anew_the_group_that_changed_and_no_other(project: Path) -> None:
    build_source(project)
    (project / "functions/release/__init__.py").write_text("CHANGED = True\n")

    rebuilt = [bundle.group for bundle in build_source(project) if bundle.seconds is not None]

    assert rebuilt == [Group.RELEASE]
    assert "CHANGED" in (project / "build/source/release/functions/release/__init__.py").read_text()


def test_repairs_a_bundle_that_somebody_changed(project: Path) -> None:
    (bundle,) = build_source(project, Group.SERVING)
    (bundle.path / "functions/serving/docs.html").unlink()

    build_source(project, Group.SERVING)

    assert contents_of(bundle.path.resolve()) == bundle.contents


def test_keeps_the_bundle_before_for_a_deployment_that_reads_it(project: Path) -> None:
    homes = []
    for content in ("one", "two", "three"):
        (project / "functions/serving/docs.html").write_text(content)
        (bundle,) = build_source(project, Group.SERVING)
        homes.append(bundle.path.resolve())

    assert [home.is_dir() for home in homes] == [False, True, True]


def test_lets_two_builders_work_at_once(project: Path) -> None:
    found: list[tuple[Bundle, ...]] = []
    builders = [
        threading.Thread(target=lambda: found.append(build_source(project))) for _ in range(2)
    ]

    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()

    one, other = found
    assert [bundle.contents for bundle in one] == [bundle.contents for bundle in other]


def test_finds_a_bundle_where_it_stays(project: Path) -> None:
    build_source(project, Group.SERVING)

    path = bundle_path(Group.SERVING, Variant.SOURCE, bundles=project / "build")

    assert (path / "functions/serving/docs.html").is_file()
    assert not path.is_symlink()


def test_says_how_to_build_a_bundle_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"run 'python -m infra\.bundles --variant arm64'"):
        bundle_path(Group.SERVING, Variant.ARM64, bundles=tmp_path)


def test_says_which_pythons_it_can_compile_for(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"Python 3\.8: name 3\.13, or 3\.\d+ for this machine"):
        compiler_for(Target(Variant.ARM64, "3.8"), project=tmp_path, store=tmp_path)


def test_says_how_to_get_the_compiler(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="run 'make setup'"):
        compiler_for(Target(Variant.ARM64), project=tmp_path, store=tmp_path)


def test_accepts_a_bundle_within_its_budget() -> None:
    assert excess_of(weighing(BUDGETS_MIB[Group.SERVING])) is None


@pytest.mark.parametrize(
    ("size_mib", "sentence"),
    [
        (90.5, "serving is 90.5 MiB unzipped, its budget is 90"),
        (251, "serving is 251.0 MiB unzipped, Lambda takes 250: remove a package"),
    ],
)
def test_refuses_a_bundle_that_is_too_heavy(size_mib: float, sentence: str) -> None:
    assert sentence in (excess_of(weighing(size_mib)) or "")


def test_prints_weights_beside_budgets() -> None:
    header, line = table_of([weighing(81.84)]).splitlines()

    assert header.split() == ["group", "MiB", "unzipped", "budget", "files", "seconds"]
    assert line.split() == ["serving", "81.8", "90", "1", "cached"]


def test_exits_with_1_when_a_bundle_is_too_heavy(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundles, "PROJECT", project)
    monkeypatch.setitem(BUDGETS_MIB, Group.SERVING, 0)

    code = bundles.main(
        ["--variant", "source", "--group", "serving", "--out", str(project / "build")]
    )

    assert code == 1
    assert "serving is 0.0 MiB unzipped, its budget is 0" in capsys.readouterr().err


def test_trims_what_no_code_opens(tmp_path: Path) -> None:
    kept = {
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "botocore/data/endpoints.json",
        "sklearn/tree/_tree.py",
        "numpy-2.0.dist-info/METADATA",
        "licenses/six/LICENSE",
    }
    write(
        tmp_path,
        *(kept - {"licenses/six/LICENSE"}),
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/s3/2006-03-01/examples-1.json",
        "sklearn/tree/tests/test_tree.py",
        "sklearn/tree/_tree.pyx",
        "numpy/core/include/array.h",
        "onnxruntime/capi/libonnxruntime.so.1.31",
        "numpy-2.0.dist-info/RECORD",
        "six-1.17.dist-info/METADATA",
        "six-1.17.dist-info/licenses/LICENSE",
        "bin/f2py",
    )

    trim(tmp_path)

    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == kept
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]


def test_has_msgspec_take_from_typing_what_typing_has(tmp_path: Path) -> None:
    write(tmp_path, "msgspec/_utils.py")
    installed = Path(msgspec.__file__).with_name("_utils.py").read_text("utf-8")
    (tmp_path / "msgspec/_utils.py").write_text(installed, "utf-8")

    trim(tmp_path)

    rewritten = (tmp_path / "msgspec/_utils.py").read_text("utf-8")
    assert "from typing_extensions" in installed
    assert "from typing_extensions" not in rewritten


def library(*, loaded: bytes, rest: bytes) -> bytes:
    """Return an ELF file of one loaded segment, with what a debugger reads behind it."""
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01", 3, 0x3E, 1, 0, 64, 999, 0, 64, 56, 1, 64, 5, 4,
    )  # fmt: skip
    segment = struct.pack("<IIQQQQQQ", 1, 4, 120, 0, 0, len(loaded), len(loaded), 1)
    return header + segment + loaded + rest


def test_strips_what_lies_behind_the_loaded_part_of_a_library(tmp_path: Path) -> None:
    path = tmp_path / "library.so"
    path.write_bytes(library(loaded=b"code", rest=b"symbols and sections"))

    stripped = strip_library(path)

    content = path.read_bytes()
    assert stripped == len(b"symbols and sections")
    assert content.endswith(b"code")
    assert struct.unpack_from("<Q", content, 40) == (0,)  # where section headers begin
    assert struct.unpack_from("<HH", content, 60) == (0, 0)  # how many there are


def test_leaves_a_linker_script_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.so"
    path.write_text("INPUT(other.so)")

    assert strip_library(path) == 0
    assert path.read_text() == "INPUT(other.so)"


def test_keeps_the_description_of_every_service_that_a_function_calls() -> None:
    folders = {bundles.PROJECT / "functions" / function.group for function in FUNCTIONS}
    source = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))

    called = {part.split('"')[1] for part in source.split("make_client(")[1:]}

    assert called <= AWS_SERVICES
