"""What is in a deployed bundle, and above all what is not."""

import _imp
import struct

import pytest

from functions.contracts.functions import Group
from infra.bundles import excess_of
from infra.bundling.bytecode import OURS
from infra.bundling.directory import files_in
from infra.bundling.target import Variant
from infra.bundling.trimming import UNUSED_DIRECTORY_NAMES, UNUSED_SUFFIXES
from tests.bundles.conftest import Bundles

MAGIC_OF_PYTHON_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
HASH_THAT_IS_NOT_CHECKED = 0b01
ELF_MACHINES = {Variant.ARM64: 0xB7, Variant.X86_64: 0x3E}

TRAINING_ALONE = {"sklearn", "skl2onnx", "scipy", "onnx", "joblib", "cloudpickle"}
SERVING_ALONE = {"fastapi", "starlette", "mangum"}
DATA_ALONE = {"duckdb", "_duckdb.abi3.so"}
NOWHERE = {
    *("pandas", "aws_cdk", "constructs", "cdk_nag", "infra", "tests", "moto", "ministack"),
    *("pytest", "typer", "rich", "uvicorn", "uv", "pip", "setuptools", "bin", "cli"),
}

FORBIDDEN = {
    Group.PREPARATION: NOWHERE | TRAINING_ALONE | SERVING_ALONE | {"onnxruntime"},
    Group.TRAINING: NOWHERE | SERVING_ALONE | DATA_ALONE,
    Group.RELEASE: NOWHERE | TRAINING_ALONE | SERVING_ALONE | DATA_ALONE,
    Group.SERVING: NOWHERE | TRAINING_ALONE | DATA_ALONE | {"models"},
    Group.MONITORING: NOWHERE | TRAINING_ALONE | SERVING_ALONE | {"onnxruntime"},
    Group.ACCESS: NOWHERE
    | TRAINING_ALONE
    | SERVING_ALONE
    | DATA_ALONE
    | {"models", "boto3", "botocore", "numpy", "onnxruntime"},
}


@pytest.mark.parametrize("group", Group)
def test_keeps_to_its_budget(bundles: Bundles, group: Group) -> None:
    assert excess_of(bundles[group]) is None


@pytest.mark.parametrize("group", Group)
def test_holds_no_package_of_another_group(bundles: Bundles, group: Group) -> None:
    names = {path.name for path in bundles[group].path.iterdir()}

    assert not names & FORBIDDEN[group]


@pytest.mark.parametrize("group", Group)
def test_holds_its_own_group_and_no_other(bundles: Bundles, group: Group) -> None:
    packages = {path.name for path in (bundles[group].path / "functions").iterdir()}

    assert {"contracts", "core", "aws", group.value} <= packages
    assert not packages & ({*Group, "cli"} - {group})


@pytest.mark.parametrize("group", Group)
def test_holds_no_tests_stubs_headers_or_second_library(bundles: Bundles, group: Group) -> None:
    root = bundles[group].path
    paths = [path.relative_to(root) for path in files_in(root)]

    assert not [path for path in paths if path.suffix in UNUSED_SUFFIXES]
    assert not [
        path
        for path in paths
        if UNUSED_DIRECTORY_NAMES.difference({"__pycache__"}) & set(path.parts)
    ]
    assert not list(root.glob("onnxruntime/capi/libonnxruntime.so*"))


@pytest.mark.parametrize("group", Group)
def test_holds_models_specifications_and_their_code_where_it_is_read(
    bundles: Bundles, group: Group
) -> None:
    held = {path.suffix for path in (bundles[group].path / "models").glob("[a-z]*/**/*.*")}

    expected = {
        Group.SERVING: set(),
        Group.ACCESS: set(),
        Group.TRAINING: {".toml", ".py", ".pyc"},
        Group.PREPARATION: {".toml", ".py", ".pyc"},
    }
    assert held == expected.get(group, {".toml"})


@pytest.mark.parametrize("group", Group)
def test_has_the_libraries_of_its_processor(bundles: Bundles, group: Group) -> None:
    root = bundles[group].path
    variant = Variant(root.parent.name)

    libraries = [path for path in files_in(root) if ".so" in path.suffixes]
    machines = {struct.unpack_from("<18xH", path.read_bytes())[0] for path in libraries}

    assert machines == {ELF_MACHINES[variant]}


@pytest.mark.parametrize("group", Group)
def test_has_bytecode_of_the_lambda_python_that_is_never_checked(
    bundles: Bundles, group: Group
) -> None:
    root = bundles[group].path

    headers = {path.read_bytes()[:8] for path in files_in(root) if path.suffix == ".pyc"}

    assert headers == {MAGIC_OF_PYTHON_3_13 + HASH_THAT_IS_NOT_CHECKED.to_bytes(4, "little")}


@pytest.mark.parametrize("group", Group)
def test_has_bytecode_of_each_source_of_ours_and_no_other_source(
    bundles: Bundles, group: Group
) -> None:
    root = bundles[group].path
    raw_magic = int.from_bytes(MAGIC_OF_PYTHON_3_13, "little")

    for source in (path for path in files_in(root) if path.suffix == ".py"):
        assert source.relative_to(root).parts[0] in OURS, source
        bytecode = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert bytecode.read_bytes()[8:16] == _imp.source_hash(raw_magic, source.read_bytes())
