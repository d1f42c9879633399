"""What DynamoDB alone does, and no emulator: it refuses one of two transactions that meet."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.registry_store import TransactionConflictError
from functions.aws.registry_table import DynamoRegistry
from functions.core.registry import AliasMovedError, RolloutMovedError, VersionAlreadyExistsError
from tests.fakes.documents import alias_pointer, audit_entry, model_version
from tests.fakes.splits import rollout, split_move


class MeetingClient:
    """A DynamoDB client whose transactions are cancelled for the given reasons."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def transact_write_items(self, **_request: Any) -> None:
        raise ClientError(
            {
                "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
                "CancellationReasons": [{"Code": code} for code in self.codes],
            },
            "TransactWriteItems",
        )


def registry(*codes: str) -> DynamoRegistry:
    return DynamoRegistry(MeetingClient(*codes), "registry")


def test_takes_a_meeting_for_a_move_of_somebody_else() -> None:
    met = registry("None", "TransactionConflict", "None")

    with pytest.raises(AliasMovedError, match="moved since it was read at revision 1"):
        met.move_alias(alias_pointer(1, revision=2), audit_entry(2), expected_revision=1)
    with pytest.raises(RolloutMovedError, match="changed since it was read at revision 0"):
        met.change_rollout(rollout(), expected_revision=0, move=split_move(2))


def test_does_not_take_a_meeting_for_a_number_that_is_taken() -> None:
    with pytest.raises(TransactionConflictError, match="at the same moment; try again"):
        registry("None", "None", "TransactionConflict").add(model_version(1))
    with pytest.raises(VersionAlreadyExistsError):
        registry("ConditionalCheckFailed", "None", "TransactionConflict").add(model_version(1))


@pytest.mark.parametrize("codes", [("ThrottlingError", "None", "None"), ()])
def test_lets_through_what_it_does_not_know(codes: tuple[str, ...]) -> None:
    with pytest.raises(ClientError):
        registry(*codes).add(model_version(1))
