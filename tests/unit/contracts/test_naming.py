"""Names of models, versions and aliases."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.log_lines import MAXIMUM_ID_CHARACTERS
from functions.contracts.naming import (
    CAPTURED_ID_PATTERN,
    INFERENCE_ID_PATTERN,
    SAGEMAKER_ID_PATTERN,
    Alias,
    NamingError,
    VersionReference,
    captured_id,
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


@given(name=st.from_regex(rf"\A(?:{SAGEMAKER_ID_PATTERN})\Z"))
def test_captures_every_id_of_sagemakers_and_gives_it_back(name: str) -> None:
    captured = captured_id(name)

    assert re.fullmatch(CAPTURED_ID_PATTERN, captured)
    assert "/" not in captured
    assert len(captured) <= MAXIMUM_ID_CHARACTERS
    assert captured.replace("~1", "/").replace("~0", "~") == name


@given(name=st.from_regex(rf"\A(?:{INFERENCE_ID_PATTERN})\Z"))
def test_captures_windvanes_own_ids_as_they_are(name: str) -> None:
    assert captured_id(name) == name


def test_captures_ids_of_sagemakers_longest() -> None:
    assert len(captured_id("/" * 64)) == MAXIMUM_ID_CHARACTERS
