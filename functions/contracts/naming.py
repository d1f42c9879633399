"""How models, versions and aliases are written."""

import re
from enum import StrEnum
from typing import NamedTuple

from functions.contracts.errors import WindvaneError

MODEL_NAME_PATTERN = r"[a-z][a-z0-9_]{0,62}"
"""A model's name; matched against the whole string."""

INFERENCE_ID_PATTERN = r"[A-Za-z0-9._:-]{1,64}"
"""What names an inference; a batch adds `/<row>` for each of its rows."""

SAGEMAKER_ID_PATTERN = r"[!-~][ -~]{0,63}"
"""SageMaker's InferenceId: printable ASCII that does not begin with a space."""

CAPTURED_ID_PATTERN = r"(?! )(?:[ -.0-}]|~[01]){1,64}"
"""An inference id as answers and captures hold it: either of the two, by `captured_id`."""

_REFERENCE = re.compile(
    rf"(?P<model>{MODEL_NAME_PATTERN})(?:/(?P<number>[1-9][0-9]{{0,9}})|@(?P<alias>[a-z]+))?"
)


class NamingError(WindvaneError):
    """A model, version or alias is written in a way that cannot be read."""


class Alias(StrEnum):
    """The movable names of versions."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


class VersionReference(NamedTuple):
    """A model and, where it was said, one of its versions by number or by alias."""

    model: str
    number: int | None = None
    alias: Alias | None = None


def check_model_name(name: str) -> str:
    """Return `name` if it is a model's name, else raise NamingError."""
    if not re.fullmatch(MODEL_NAME_PATTERN, name):
        msg = (
            f"model name {name!r} must be a lower-case letter followed by at most 62 "
            "lower-case letters, digits or underscores"
        )
        raise NamingError(msg)
    return name


def captured_id(sagemaker_id: str) -> str:
    """Return SageMaker's InferenceId as captures hold it: there a slash is before a row's index.

    `~` becomes `~0` and `/` becomes `~1`, as in a JSON pointer (RFC 6901), and so no two ids
    become one.

    Examples
    --------
    >>> captured_id("order-1024"), captured_id("2026/11/order~7")
    ('order-1024', '2026~111~1order~07')
    """
    return sagemaker_id.replace("~", "~0").replace("/", "~1")


def format_version(model: str, number: int) -> str:
    """Return a version as people write it.

    Examples
    --------
    >>> format_version("loan_default", 7)
    'loan_default/7'
    """
    return f"{model}/{number}"


def parse_reference(text: str) -> VersionReference:
    """Return what `model`, `model/7` or `model@champion` refers to, else raise NamingError.

    Examples
    --------
    >>> parse_reference("loan_default/7").number
    7
    >>> parse_reference("loan_default@champion").alias
    <Alias.CHAMPION: 'champion'>
    """
    match = re.fullmatch(_REFERENCE, text)
    if match is None or (match["alias"] and match["alias"] not in set(Alias)):
        msg = f"{text!r} is no model reference: write model, model/7 or model@champion"
        raise NamingError(msg)
    return VersionReference(
        model=match["model"],
        number=int(match["number"]) if match["number"] else None,
        alias=Alias(match["alias"]) if match["alias"] else None,
    )
