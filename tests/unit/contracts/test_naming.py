"""Names of models, versions and aliases."""

import pytest

from functions.contracts.naming import (
    Alias,
    NamingError,
    VersionReference,
    check_model_name,
    parse_reference,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loan_default", VersionReference("loan_default")),
        ("loan_default/7", VersionReference("loan_default", number=7)),
        ("m@champion", VersionReference("m", alias=Alias.CHAMPION)),
    ],
)
def test_reads_references(text: str, expected: VersionReference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize("text", ["", "m/0", "m/-1", "m@latest", "M/1", "m/1\n", "m/1@champion"])
def test_refuses_what_is_no_reference(text: str) -> None:
    with pytest.raises(NamingError, match="write model, model/7 or model@champion"):
        parse_reference(text)


@pytest.mark.parametrize("name", ["Loan", "1st", "a" * 64, "loan\n", "loan-default", ""])
def test_refuses_what_is_no_model_name(name: str) -> None:
    with pytest.raises(NamingError, match="model name"):
        check_model_name(name)
