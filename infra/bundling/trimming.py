"""What an installed package does not need in order to run."""

import shutil
from itertools import chain
from pathlib import Path
from typing import Final

from infra.bundling.shared_library import strip_library

UNUSED_DIRECTORY_NAMES: Final = frozenset({"tests", "test", "__pycache__"})

UNUSED_SUFFIXES: Final = frozenset(
    {
        # stubs
        *(".pyi", ".pyx", ".pxd", ".pxi", ".pyf", ".tp", ".proto"),
        # sources, headers, static libraries, and how to build and link them
        *(".c", ".cc", ".cpp", ".cu", ".f", ".f90", ".h", ".hpp", ".hxx"),
        *(".a", ".lib", ".pc", ".cmake", ".build"),
        # prose
        *(".md", ".rst"),
    }
)

UNUSED_PATHS: Final = (
    ".lock",  # the installer's
    "_duckdb-stubs",
    "adbc_driver_duckdb",
    "bin",
    "boto3/data",  # resources; we make clients only
    "boto3/examples",
    "botocore/data/*/*/examples-1.json",
    "duckdb/experimental",  # Spark's interface
    "numpy/_core/_*_tests.*.so",
    "numpy/_core/_simd.*.so",  # numpy's own tests read it
    "onnxruntime/backend",
    "onnxruntime/capi/libonnxruntime.so.*",  # a second copy for C programs; Python loads the other
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "pydantic/v1",
    "scipy/io/_fast_matrix_market/_fmm_core.*.so",  # 4 MiB that read Matrix Market files
    "scipy/fftpack",  # these three no estimator reaches
    "scipy/odr",
    "scipy/signal",
    "skl2onnx/tutorial",
    "sklearn/datasets/data",
    "sklearn/datasets/descr",
    "sklearn/datasets/images",
)
"""Relative to the root of the bundle; found by what is large, each proved by the import tests."""

EMPTIED: Final = (
    # They give numpy's compiled functions their docstrings: 16 ms of each cold start.
    "numpy/_core/_add_newdocs.py",
    "numpy/_core/_add_newdocs_scalars.py",
)
"""Modules that others import for what they do to people's help alone."""

REWRITTEN: Final = {
    # The Pythons of our bundles have these in `typing`; the other takes 8 ms of each cold start.
    "msgspec/_utils.py": ("from typing_extensions import", "from typing import"),
}
"""Modules that ask for more than they need: what is replaced in them, and by what."""

UNUSED_WITHOUT: Final = {
    "onnx": ("flatbuffers", "google", "packaging"),  # onnxruntime's tools ask for them, too
    "scipy": ("numpy/f2py",),  # a compiler driver; scipy imports every name of numpy's
}
"""What only the package before it needs, though another one requires it or brings it."""

UNUSED_WITH: Final = {
    "mangum": ("numpy/random",),  # 2.5 MiB; numpy imports it for who draws, and predict never does
}
"""What nobody needs in a bundle that has the package before it."""

AWS_SERVICES: Final = frozenset(
    {"cloudwatch", "dynamodb", "firehose", "kms", "s3", "sns", "stepfunctions"}
)
"""The services that deployed functions call; botocore describes over 400 in 23 MB."""

METADATA_READ_AT_RUN_TIME: Final = frozenset(
    {
        "duckdb",  # asks for its own version at import
        "numpy",  # the versions of these five are written into every training run's record
        "onnx",  # so does it
        "onnxruntime",
        "opentelemetry_api",  # finds its context by entry point
        "scikit_learn",
        "skl2onnx",
    }
)
"""Distributions whose METADATA and entry points stay; pydantic scans all that are there."""


def trim(root: Path) -> None:
    """Remove from an installed tree what the code in it never opens."""
    for pattern in UNUSED_PATHS:
        for path in root.glob(pattern):
            _remove(path)
    without = [paths for package, paths in UNUSED_WITHOUT.items() if not (root / package).is_dir()]
    beside = [paths for package, paths in UNUSED_WITH.items() if (root / package).is_dir()]
    for unused in chain.from_iterable([*without, *beside]):
        _remove(root / unused)
    _rewrite(root)
    _trim_service_descriptions(root / "botocore" / "data")
    for metadata in root.glob("*.dist-info"):
        _trim_metadata(metadata, root / "licenses")
    _trim_by_name(root)


def _rewrite(root: Path) -> None:
    for path in filter(Path.is_file, (root / emptied for emptied in EMPTIED)):
        path.write_bytes(b"")
    for name, (before, after) in REWRITTEN.items():
        if (root / name).is_file():
            text = (root / name).read_text(encoding="utf-8")
            (root / name).write_text(text.replace(before, after), encoding="utf-8")


def _trim_by_name(root: Path) -> None:
    for path in sorted(root.rglob("*"), reverse=True):  # children before their folder
        if path.is_dir():
            if path.name in UNUSED_DIRECTORY_NAMES or not any(path.iterdir()):
                shutil.rmtree(path)
        elif path.suffix in UNUSED_SUFFIXES or path.name == "py.typed":
            path.unlink()
        elif ".so" in path.suffixes:
            strip_library(path)


def _trim_service_descriptions(data: Path) -> None:
    for path in data.glob("*/"):
        if path.name not in AWS_SERVICES:
            shutil.rmtree(path)


def _trim_metadata(metadata: Path, licenses: Path) -> None:
    """Keep a distribution's license beside the code, and its METADATA where code reads it."""
    distribution = metadata.name.partition("-")[0]
    kept = metadata / "licenses"
    if kept.is_dir():
        licenses.mkdir(exist_ok=True)
        kept.rename(licenses / distribution)
    if distribution not in METADATA_READ_AT_RUN_TIME:
        shutil.rmtree(metadata)
        return
    for path in metadata.iterdir():
        if path.name not in {"METADATA", "entry_points.txt"}:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
