"""The embedded cloud, with the one thing that its REST APIs leave out: whose API key it was.

AWS writes the id of the key into `requestContext.identity`, and the prediction function knows its
clients by it. Run as `python -m tests.access.emulator`.
"""

from typing import Any

from ministack.app import main
from ministack.services import apigateway_v1


def complete_events() -> None:
    """Let events of a REST API name the key, as AWS does."""
    build_event = apigateway_v1._build_lambda_event_v1

    def build_whole_event(*arguments: Any, **more: Any) -> dict[str, Any]:
        event: dict[str, Any] = build_event(*arguments, **more)
        key = apigateway_v1._resolve_api_key(apigateway_v1._api_key_from_request(event["headers"]))
        if key is not None:
            event["requestContext"]["identity"]["apiKeyId"] = key["id"]
        return event

    apigateway_v1._build_lambda_event_v1 = build_whole_event


if __name__ == "__main__":
    complete_events()
    main()
