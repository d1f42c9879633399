import re

import pytest

from functions.contracts.routes import ROUTES as DECLARED
from functions.contracts.routes import Permission, RouteDefinition, RouteError
from functions.serving import route_table
from functions.serving.route_table import ANSWERS, REFUSALS, ROUTES, find_route


def test_answers_the_declared_routes_and_no_other() -> None:
    assert tuple(route.definition for route in ROUTES) == DECLARED
    assert set(ANSWERS) == {route.name for route in DECLARED}


@pytest.mark.parametrize("route", DECLARED, ids=lambda route: route.name)
def test_what_answers_a_route_can_be_imported(route: RouteDefinition) -> None:
    found = find_route(route.method, route.path.format(model="m", number=1))

    assert found.definition is route
    assert callable(found.answer)
    assert set(found.variables) == set(re.findall(r"{(\w+)}", route.path))


def test_what_writes_a_refusal_can_be_imported() -> None:
    for reference in REFUSALS.values():
        assert callable(route_table._load(reference))


def test_does_not_start_with_a_route_that_nothing_answers() -> None:
    orphan = RouteDefinition("orphan", "GET", "/orphan", Permission.HEALTH)

    with pytest.raises(RouteError, match="nothing answers the declared route orphan"):
        route_table._compile(orphan)
