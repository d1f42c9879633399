import subprocess
import sys
from pathlib import Path

from tests.infra.assembly import API_VARIANTS
from tests.infra.conftest import Synthesized


def test_cfn_lint_finds_nothing_in_any_template(synthesized: Synthesized) -> None:
    templates = [
        template
        for stage in ("local", "dev", "prod", *API_VARIANTS)
        for template in sorted(synthesized(stage).directory.glob("*.template.json"))
    ]
    distinct = {template.read_bytes(): str(template) for template in templates}
    cfn_lint = Path(sys.executable).parent / "cfn-lint"

    done = subprocess.run(
        [cfn_lint, *distinct.values()], capture_output=True, text=True, check=False
    )

    assert len(templates) == 4 * (3 + len(API_VARIANTS))
    assert (done.returncode, done.stdout) == (0, "")
