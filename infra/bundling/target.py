"""What a bundle is built for, and what it may weigh."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from functions.contracts.functions import Group

LAMBDA_LIMIT_MIB: Final = 250
"""What Lambda accepts of a function and its layers, unzipped."""

BUDGETS_MIB: Final = {
    Group.PREPARATION: 125,
    Group.TRAINING: 215,
    Group.RELEASE: 110,
    Group.SERVING: 90,
    Group.MONITORING: 125,
    Group.ACCESS: 30,
}
"""What each bundle may weigh unzipped; a larger one starts more slowly and is a decision."""

LAMBDA_PYTHON: Final = "3.13"
"""The Python of the Lambda runtime that the stages name."""


class Variant(StrEnum):
    """A kind of bundle; `source` is our code alone, for a cloud that brings the packages."""

    ARM64 = "arm64"
    X86_64 = "x86_64"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Target:
    """A variant, and the Python that runs it."""

    variant: Variant
    python_version: str = LAMBDA_PYTHON

    @property
    def name(self) -> str:
        """The folder of the target's bundles; the Lambda runtime's Python goes without saying."""
        if self.variant is Variant.SOURCE or self.python_version == LAMBDA_PYTHON:
            return self.variant.value
        return f"{self.variant}-py{self.python_version}"

    @property
    def wheel_platform(self) -> str:
        """The platform's name among wheels: the runtime is Amazon Linux 2023, glibc 2.34."""
        machine = {Variant.ARM64: "aarch64", Variant.X86_64: "x86_64"}[self.variant]
        return f"{machine}-manylinux_2_34"
