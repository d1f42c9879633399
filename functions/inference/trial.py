"""The child process of an admission: load a graph under limits and answer golden rows once.

Called as `python -m functions.inference.trial MEMORY_BYTES CPU_SECONDS`; see `trial_process`.
"""

import hashlib
import resource
import sys
from pathlib import Path

from functions.core.arrays import array_from_bytes, array_to_bytes
from functions.inference.onnx_model import first_line, load_onnx_model
from functions.inference.trial_process import LENGTH


def main(arguments: list[str], message: bytes) -> bytes:
    """Return the outputs as .npy bytes; limits hold from before the file is loaded."""
    memory_bytes, cpu_seconds = (int(argument) for argument in arguments)
    start = LENGTH.size
    (length,) = LENGTH.unpack(message[:start])
    rows = array_from_bytes(message[start : start + length])
    content = message[start + length :]
    limit(memory_bytes=memory_bytes, cpu_seconds=cpu_seconds)
    model = load_onnx_model(content, expected_sha256=hashlib.sha256(content).hexdigest())
    return array_to_bytes(model.run(rows))


def limit(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Allow this process so much more memory and CPU time than it has used, and no file."""
    used_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    ceiling = used_pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(main(sys.argv[1:], sys.stdin.buffer.read()))
    except Exception as error:  # noqa: BLE001 - an entry point: whatever the file does is told
        sys.exit(f"{type(error).__name__}: {first_line(error)}")
