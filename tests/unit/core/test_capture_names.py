"""Shortened names come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from functions.core.capture_names import restore_caller, restore_id, shorten_caller, shorten_id


@given(
    st.text(max_size=128)
    | st.from_regex(r"=?[0-9a-f]{32}", fullmatch=True)
    | st.from_regex(r"[0-9a-fA-F ]{32}", fullmatch=True)
)
def test_brings_back_any_id(inference_id: str) -> None:
    assert restore_id(shorten_id(inference_id)) == inference_id


@given(
    st.text(max_size=128)
    | st.from_regex(r"(arn:aws:(iam|sts)::|~)\w{0,14}(:assumed-role/|:user/)?\w*", fullmatch=True)
)
def test_brings_back_any_caller(caller: str) -> None:
    assert restore_caller(shorten_caller(caller)) == caller


def test_leaves_a_caller_alone_whose_mark_means_nothing() -> None:
    assert restore_caller("~x") == "x"
    assert restore_caller(shorten_caller("~x")) == "~x"


def test_shortens_what_is_usual() -> None:
    assert len(shorten_id("0193c6f2a7d84f0b9e61c05d3f2b7a88")) == 23
    assert (
        shorten_caller("arn:aws:sts::123456789012:assumed-role/web/i-1") == "~r123456789012web/i-1"
    )
