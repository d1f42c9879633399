"""Promote, rollback, canary step, alarm, A/B test and retries, in any order and interleaved."""

import pytest
from hypothesis import settings

from functions.core.registry import SplitRegistry
from tests.fakes.crowd_machine import CrowdMachine
from tests.fakes.registry import InMemoryRegistry

pytestmark = pytest.mark.slow


class MachineInMemory(CrowdMachine):
    def open_registry(self) -> tuple[SplitRegistry, str]:
        return InMemoryRegistry(), "loan_default"


TestInAnyOrder = MachineInMemory.TestCase
TestInAnyOrder.settings = settings(max_examples=150, stateful_step_count=30)
