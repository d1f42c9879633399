"""What the page on boto3 registers makes a signature that API Gateway takes."""

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/call-with-boto3-sagemaker.md"


class Nothing:
    """The body of an answer that nobody sent."""

    def stream(self) -> list[bytes]:
        return [b"{}"]


def test_signs_for_the_service_that_api_gateway_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("WINDVANE_API", "http://127.0.0.1:1/api")
    (code,) = re.findall(r"```python\n(.*?)^loan = ", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Nothing())

    exec(code, names)  # noqa: S102 - it is the page's own
    runtime = names["runtime"]
    runtime.meta.events.register("before-send.sagemaker-runtime", keep)
    runtime.invoke_endpoint(EndpointName="loan_default", Body="{}")
    runtime.close()

    (request,) = sent
    assert request.url == "http://127.0.0.1:1/api/endpoints/loan_default/invocations"
    assert "/eu-west-1/execute-api/aws4_request" in request.headers["Authorization"].decode()
