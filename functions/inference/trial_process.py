"""Running a graph once in a child process that can hurt nobody.

The child is this interpreter with `-m functions.inference.trial`: it gets the rows and the file on
its standard input and answers on its standard output. It inherits no environment but what it is
given here, so it has no credentials, and limits itself before it loads the file.
"""

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.core.arrays import ArrayFormatError, array_from_bytes, array_to_bytes
from functions.inference.onnx_model import ModelAdmissionError

TrialRunner: TypeAlias = Callable[[bytes, NDArray[np.float32]], NDArray[np.float32]]
"""Takes an ONNX file and rows, returns the outputs; raises ModelAdmissionError."""

CHILD_MODULE = "functions.inference.trial"
LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What the child may use: memory beyond what it has before loading, CPU and wall time."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 30
    wall_seconds: int = 60


@dataclass(frozen=True, slots=True)
class TrialProcess:
    """A TrialRunner; `environment` is all that the child sees, besides the import path."""

    limits: TrialLimits = TrialLimits()
    environment: Mapping[str, str] = field(default_factory=dict)
    import_path: Sequence[str] = field(default_factory=lambda: tuple(sys.path))

    def __call__(self, content: bytes, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the graph answers the rows."""
        try:
            done = subprocess.run(  # noqa: S603 - this interpreter, this module, no shell
                [sys.executable, "-B", "-P", "-m", CHILD_MODULE, *self._arguments()],
                input=_message(content, rows),
                capture_output=True,
                env={**self.environment, "PYTHONPATH": os.pathsep.join(self._folders())},
                timeout=self.limits.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            msg = f"the trial did not end within {self.limits.wall_seconds} s"
            raise ModelAdmissionError(msg) from error
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            why = lines[-1][:300] if lines else f"it ended with {_exit_name(done.returncode)}"
            msg = f"the trial failed: {why}"
            raise ModelAdmissionError(msg)
        return _outputs(done.stdout)

    def _arguments(self) -> tuple[str, str]:
        return str(self.limits.memory_bytes), str(self.limits.cpu_seconds)

    def _folders(self) -> list[str]:
        return [folder for folder in self.import_path if folder]


def _message(content: bytes, rows: NDArray[np.float32]) -> bytes:
    packed = array_to_bytes(rows)
    return LENGTH.pack(len(packed)) + packed + content


def _outputs(answer: bytes) -> NDArray[np.float32]:
    try:
        outputs = array_from_bytes(answer)
    except ArrayFormatError as error:
        msg = "the trial answered something that is no array"
        raise ModelAdmissionError(msg) from error
    if outputs.dtype != np.float32 or outputs.ndim != 2:  # noqa: PLR2004 - a matrix has two
        msg = "the trial answered something that is no float32 matrix"
        raise ModelAdmissionError(msg)
    return outputs


def _exit_name(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
