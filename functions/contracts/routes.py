"""Every route of the prediction API, once: the app answers these, the API lets no other through.

Standard library only: a first prediction reads this module.
"""

from enum import StrEnum
from typing import NamedTuple, Self

from functions.contracts.errors import WindvaneError


class RouteError(WindvaneError):
    """A route is declared in a way that would let somebody through whom nobody meant."""


class Permission(StrEnum):
    """What a caller may do; a route without one does not exist."""

    PREDICT = "predict"
    LABEL = "label"
    DESCRIBE = "describe"
    HEALTH = "health"


class Wire(StrEnum):
    """Which protocol a route speaks: it decides how a refusal is written."""

    WINDVANE = "windvane"
    OPEN_INFERENCE = "open_inference"
    MLFLOW = "mlflow"
    SAGEMAKER = "sagemaker"


class _Definition(NamedTuple):
    name: str
    method: str
    path: str
    permission: Permission
    wire: Wire = Wire.WINDVANE


class RouteDefinition(_Definition):
    """A method and a path, whose variables are `{model}` and `{number}`; the name is unique.

    Raises RouteError without a permission of ours, or for a method or path that stands for more
    than one: neither the app starts nor the stage is synthesized then.
    """

    __slots__ = ()

    def __new__(
        cls,
        name: str,
        method: str,
        path: str,
        permission: Permission,
        wire: Wire = Wire.WINDVANE,
    ) -> Self:
        """Refuse what is no single route with a permission."""
        if permission not in set(Permission):
            msg = (
                f"the route {name} has the permission {permission!r}, "
                f"not one of {', '.join(Permission)}"
            )
            raise RouteError(msg)
        if method == "ANY" or "+}" in path or "*" in path:
            msg = f"the route {name} is {method} {path}: name one method and path"
            raise RouteError(msg)
        return super().__new__(cls, name, method, path, permission, wire)


def _v2(name: str, method: str, path: str, permission: Permission) -> RouteDefinition:
    return RouteDefinition(f"v2_{name}", method, f"/v2{path}", permission, Wire.OPEN_INFERENCE)


def _mlflow(name: str, method: str, permission: Permission) -> RouteDefinition:
    return RouteDefinition(
        f"mlflow_{name}", method, f"/models/{{model}}/{name}", permission, Wire.MLFLOW
    )


ROUTES: tuple[RouteDefinition, ...] = (
    RouteDefinition("predict", "POST", "/models/{model}/predict", Permission.PREDICT),
    RouteDefinition("ground_truth", "POST", "/models/{model}/ground-truth", Permission.LABEL),
    RouteDefinition("list_models", "GET", "/models", Permission.DESCRIBE),
    RouteDefinition("show_model", "GET", "/models/{model}", Permission.DESCRIBE),
    RouteDefinition(
        "show_version", "GET", "/models/{model}/versions/{number}", Permission.DESCRIBE
    ),
    RouteDefinition("show_health", "GET", "/health", Permission.HEALTH),
    RouteDefinition("docs", "GET", "/docs", Permission.DESCRIBE),
    RouteDefinition("openapi", "GET", "/openapi.json", Permission.DESCRIBE),
    _v2("server", "GET", "", Permission.HEALTH),
    _v2("live", "GET", "/health/live", Permission.HEALTH),
    _v2("ready", "GET", "/health/ready", Permission.HEALTH),
    _v2("model", "GET", "/models/{model}", Permission.DESCRIBE),
    _v2("version", "GET", "/models/{model}/versions/{number}", Permission.DESCRIBE),
    _v2("model_ready", "GET", "/models/{model}/ready", Permission.HEALTH),
    _v2("version_ready", "GET", "/models/{model}/versions/{number}/ready", Permission.HEALTH),
    _v2("infer", "POST", "/models/{model}/infer", Permission.PREDICT),
    _v2("version_infer", "POST", "/models/{model}/versions/{number}/infer", Permission.PREDICT),
    _mlflow("ping", "GET", Permission.HEALTH),
    _mlflow("health", "GET", Permission.HEALTH),
    _mlflow("version", "GET", Permission.DESCRIBE),
    _mlflow("invocations", "POST", Permission.PREDICT),
    RouteDefinition(
        "sagemaker_invocations",
        "POST",
        "/endpoints/{model}/invocations",
        Permission.PREDICT,
        Wire.SAGEMAKER,
    ),
)
"""The default is deny: what is not in this list has no way through the API."""
