"""Every handler, imported from its bundle and the standard library alone."""

import json
import subprocess
from pathlib import Path

import pytest

from functions.contracts.functions import FUNCTIONS, FunctionDefinition
from tests.bundles.conftest import Bundles

PROBE = Path(__file__).with_name("import_probe.py")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_imports_its_handler_and_compiles_nothing(
    runnable: tuple[str, Bundles], function: FunctionDefinition
) -> None:
    python, bundles = runnable
    bundle = bundles[function.group].path.resolve()

    done = subprocess.run(
        [python, "-I", "-S", "-B", str(PROBE), str(bundle), function.module],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["handler_is_callable"]
    assert found["compiled"] == []
    assert found["foreign"] == []
