"""Stages, and what can be said about them from outside."""

import pytest
from aws_cdk import aws_lambda as lambda_

from infra.bundling.target import Variant
from infra.stage import STAGES, UnknownStageError, stage_named


def test_returns_a_stage_as_it_is() -> None:
    assert stage_named("prod") is STAGES["prod"]


def test_changes_nothing_but_the_variant() -> None:
    stage = stage_named("local", variant="x86_64")

    assert stage.variant is Variant.X86_64
    assert stage.architecture.name == lambda_.Architecture.X86_64.name
    assert stage.refresh_seconds == STAGES["local"].refresh_seconds


@pytest.mark.parametrize(
    ("name", "variant", "words"),
    [("production", None, "-c stage=NAME"), ("local", "sparc", "-c variant=NAME")],
)
def test_names_what_there_is(name: str, variant: str | None, words: str) -> None:
    with pytest.raises(UnknownStageError, match=words):
        stage_named(name, variant=variant)
