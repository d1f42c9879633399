from tests.infra.assembly import Assembly, text


def test_every_route_needs_a_signature(assembly: Assembly) -> None:
    methods = assembly.properties("AWS::ApiGateway::Method").values()

    assert methods
    assert {method["AuthorizationType"] for method in methods} == {"AWS_IAM"}
    assert {method["Integration"]["Type"] for method in methods} == {"AWS_PROXY"}


def test_no_browser_of_another_origin_is_answered(assembly: Assembly) -> None:
    methods = assembly.properties("AWS::ApiGateway::Method").values()

    assert [m for m in methods if m["HttpMethod"] == "OPTIONS"] == []


def test_the_stage_is_throttled_logged_and_traced(assembly: Assembly) -> None:
    (stage,) = assembly.properties("AWS::ApiGateway::Stage").values()

    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == assembly.stage.api_requests_per_second
    assert settings["ThrottlingBurstLimit"] == assembly.stage.api_burst
    assert settings["DataTraceEnabled"] is False
    assert stage["TracingEnabled"] is True
    assert "AccessLog" in text(stage["AccessLogSetting"]["DestinationArn"])


def test_the_address_names_the_api_and_its_stage_without_a_slash_at_the_end(
    assembly: Assembly,
) -> None:
    address = text(assembly.template("serving")["Outputs"]["ApiUrl"]["Value"])

    assert address.startswith("https://<PredictionApi")
    assert address.endswith("/v1")


def test_only_this_api_calls_the_function(assembly: Assembly) -> None:
    permissions = [
        p
        for path, p in assembly.properties("AWS::Lambda::Permission").items()
        if path.startswith("serving/")
    ]

    (permission,) = permissions
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "<PredictionApi" in text(permission["SourceArn"])
