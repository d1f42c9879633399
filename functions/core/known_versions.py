"""What registered versions say of themselves, each read once."""

from functions.contracts.artifact import StoredObject
from functions.contracts.estimates import Estimator
from functions.core.hourly_merge import KnownVersion
from functions.core.ports import ObjectReader
from functions.core.registry import ModelRegistry, UnknownVersionError
from functions.core.stored_objects import read_stored
from functions.core.stored_specs import read_spec


class VersionFinder:
    """Finds versions and remembers them: they are immutable."""

    def __init__(self, registry: ModelRegistry, models: ObjectReader) -> None:
        self._registry = registry
        self._models = models
        self._known: dict[tuple[str, int], KnownVersion] = {}

    def __call__(self, model: str, number: int) -> KnownVersion | None:
        """Return a version, None if it is not registered.

        Raises as `read_spec` does if its spec is not what was registered.
        """
        known = self._known.get((model, number))
        if known is None:
            try:
                artifact = self._registry.get(model, number).artifact
            except UnknownVersionError:
                return None
            known = KnownVersion(
                read_spec(artifact.spec, self._models), self._estimator(artifact.estimator)
            )
            self._known[model, number] = known
        return known

    def _estimator(self, stored: StoredObject | None) -> Estimator | None:
        if stored is None:
            return None
        return Estimator.model_validate_json(read_stored(stored, self._models))
