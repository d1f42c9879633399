import pytest

from functions.contracts.routes import ROUTES, Permission, RouteDefinition, RouteError


def test_names_every_route_once() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("permission", [None, "", "everything", "predict:*"])
def test_there_is_no_route_without_a_permission(permission: str | None) -> None:
    with pytest.raises(RouteError, match="not one of predict, label, describe, health"):
        RouteDefinition("back_door", "GET", "/back-door", permission)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path"), [("ANY", "/models"), ("GET", "/{proxy+}"), ("GET", "/models/*")]
)
def test_a_route_is_one_method_and_one_path(method: str, path: str) -> None:
    with pytest.raises(RouteError, match="name one method and path"):
        RouteDefinition("wide", method, path, Permission.PREDICT)


def test_what_changes_nothing_is_read_and_what_answers_rows_is_predict() -> None:
    for route in ROUTES:
        assert (route.method == "GET") == (
            route.permission in {Permission.DESCRIBE, Permission.HEALTH}
        )
