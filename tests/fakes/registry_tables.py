"""The registry's table, as the stack makes it."""

from typing import Any

from functions.aws.clients import make_client


def make_registry_table(name: str = "registry") -> Any:
    """Make the table in the account that the environment names, and return the client."""
    client = make_client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    return client
