"""Suppressing a rule gives the reason on the line."""

import re

from tests.architecture.project import PROJECT, python_modules

SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rest>.*)$")
CODES_AND_REASON = re.compile(
    r"(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[a-z-]+(?:,\s*[a-z-]+)*\])\s+(?:#|-).{3,}"
)


def test_suppresses_named_rules_for_a_reason() -> None:
    unexplained = [
        f"{path}:{number}: {line.strip()}"
        for path in python_modules("functions", "infra", "models")
        for number, line in enumerate((PROJECT / path).read_text().splitlines(), start=1)
        if (found := SUPPRESSION.search(line)) and not CODES_AND_REASON.match(found["rest"])
    ]

    assert not unexplained, "\n".join(unexplained)
