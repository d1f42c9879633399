"""What registered versions say of themselves, each read once."""

from functions.contracts.estimates import Estimator
from functions.core.hourly_merge import KnownVersion
from functions.core.ports import ObjectNotFoundError, ObjectReader
from functions.core.registry import ModelRegistry, UnknownVersionError
from functions.core.stored_objects import AlteredObjectError, read_stored
from functions.core.stored_specs import read_spec


class VersionFinder:
    """Finds versions and remembers them: they are immutable."""

    def __init__(self, registry: ModelRegistry, models: ObjectReader) -> None:
        self._registry = registry
        self._models = models
        self._known: dict[tuple[str, int], KnownVersion] = {}

    def __call__(self, model: str, number: int) -> KnownVersion | None:
        """Return a version, None if it is not registered, or not what was registered.

        One model's damaged artifact must not stop the captures of all others; who judges or
        serves that model says what is wrong with it.
        """
        known = self._known.get((model, number))
        if known is None:
            try:
                known = self._read(model, number)
            except (UnknownVersionError, ObjectNotFoundError, AlteredObjectError):
                return None
            self._known[model, number] = known
        return known

    def _read(self, model: str, number: int) -> KnownVersion:
        artifact = self._registry.get(model, number).artifact
        spec = read_spec(artifact.spec, self._models)
        if artifact.estimator is None:
            return KnownVersion(spec)
        text = read_stored(artifact.estimator, self._models)
        return KnownVersion(spec, Estimator.model_validate_json(text))
