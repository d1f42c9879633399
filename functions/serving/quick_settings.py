"""The settings of the prediction API, read without pydantic.

`contracts.settings.ServingSettings` writes this environment and describes it; importing it takes
longer than a first prediction may. Its sentences are asked for where something is wrong, and a test
holds the two together.
"""

from collections.abc import Mapping
from typing import Self

import msgspec

from functions.contracts.access import AccessRules

PREFIX = "WINDVANE_"
REFRESH_SECONDS = 30.0


class QuickSettings(msgspec.Struct, frozen=True):
    """What the prediction API reads of its environment."""

    models_bucket: str
    registry_table: str
    refresh_seconds: float = REFRESH_SECONDS
    access: str = AccessRules().to_json()
    capture_key: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that an environment holds, else raise SettingsError."""
        try:
            required = {name: environ[f"{PREFIX}{name.upper()}"] for name in _REQUIRED}
            refresh_seconds = float(environ.get(f"{PREFIX}REFRESH_SECONDS", REFRESH_SECONDS))
        except (KeyError, ValueError):
            required, refresh_seconds = {}, 0.0
        if not required or not all(required.values()):
            _explain(environ)
        return cls(
            models_bucket=required["models_bucket"],
            registry_table=required["registry_table"],
            refresh_seconds=refresh_seconds,
            access=environ.get(f"{PREFIX}ACCESS", AccessRules().to_json()),
            capture_key=environ.get(f"{PREFIX}CAPTURE_KEY"),
        )


_REQUIRED = ("stage", "models_bucket", "registry_table")


def _explain(environ: Mapping[str, str]) -> None:
    from functions.contracts.settings import ServingSettings

    ServingSettings.from_env(environ)
