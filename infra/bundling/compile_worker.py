"""Runs inside the target's Python: compile listed sources to bytecode that is never checked.

It is given to the interpreter that compiles, here or in Pyodide, and imports nothing of ours.
"""

import json
import py_compile
import sys
import warnings
from pathlib import Path


def compile_listed(work_list: Path) -> None:
    """Compile every `[source, name in tracebacks, bytecode]` of a JSON file.

    Unchecked, because CDK sets every file's time to 1980: bytecode that is checked by time never
    matches then, and each cold start compiles all over again.
    """
    warnings.simplefilter("ignore")  # about other people's escape sequences
    for source, traceback_name, bytecode in json.loads(work_list.read_text(encoding="utf-8")):
        py_compile.compile(
            source,
            bytecode,
            traceback_name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


if __name__ == "__main__":
    compile_listed(Path(sys.argv[1]))
