"""A dead-letter queue on SQS: what is held is hidden, and gone only when it is deleted."""

import pytest

from functions.aws.clients import make_client
from functions.aws.letter_box import HOLD_SECONDS, QueueDepth, SqsLetterBox
from functions.contracts.functions import function_named


@pytest.fixture
def letters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SqsLetterBox:
    request.getfixturevalue("aws")
    monkeypatch.setattr("functions.aws.letter_box.WAIT_SECONDS", 0)
    client = make_client("sqs")
    url = client.create_queue(QueueName="letters")["QueueUrl"]
    for body in ("first", "second"):
        client.send_message(QueueUrl=url, MessageBody=body)
    return SqsLetterBox(client, url)


def test_hides_what_is_held_and_gives_it_back(letters: SqsLetterBox) -> None:
    held = [letters.receive(), letters.receive()]
    assert {letter.body for letter in held if letter} == {"first", "second"}
    assert letters.receive() is None
    assert letters.depth() == QueueDepth(waiting=0, held=2)

    for letter in held:
        assert letter is not None
        letters.give_back(letter)

    assert letters.depth() == QueueDepth(waiting=2, held=0)


def test_deletes_for_good(letters: SqsLetterBox) -> None:
    while (letter := letters.receive()) is not None:
        letters.delete(letter)

    assert letters.depth() == QueueDepth(waiting=0, held=0)


def test_holds_longer_than_a_delivery_takes() -> None:
    assert function_named("collect_captures").timeout_seconds < HOLD_SECONDS
