"""The champions that this process serves: loaded when asked for, swapped whole, kept when stale."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import Alias
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry, UnknownModelError
from functions.serving.champion import Champion, GraphLoader, load_champion
from functions.serving.errors import NothingToServeError, RegistryAwayError
from functions.serving.exchange import EventLog
from functions.serving.refreshed import Clock, Refreshed

MAXIMUM_NAMES = 256
"""How many asked-for names are remembered, so that strangers' guesses cannot fill the memory."""


class NoChampionError(WindvaneError):
    """A registered model has no champion yet."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where champions come from; called at the first need, so that boto3 is imported no sooner."""

    registry: Callable[[], ModelRegistry]
    store: Callable[[], ObjectStore]
    load_graph: GraphLoader


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How long an alias is served unread, and how many bytes of ONNX are held at once."""

    refresh_seconds: float
    maximum_bytes: int


@dataclass(frozen=True, slots=True)
class ChampionStatus:
    """What /health says of a model."""

    model: str
    champion: Champion | None
    confirmed_at: datetime | None
    stale_since: datetime | None
    reason: str | None


class Champions:
    """The loaded champions, by model; at most `policy.maximum_bytes` of them, least used out first.

    Each model's alias is read at most once every `policy.refresh_seconds`, on the way of a request
    that finds it due. Whatever fails then, the version that was loaded goes on answering.
    """

    def __init__(
        self, sources: Sources, policy: CachePolicy, *, clock: Clock, log: EventLog
    ) -> None:
        self._sources = sources
        self._policy = policy
        self._clock = clock
        self._log = log
        self._held: OrderedDict[str, Refreshed[Champion]] = OrderedDict()
        self._names: Refreshed[tuple[str, ...]] = self._refreshed()

    def get(self, model: str) -> Champion:
        """Return the version that answers now.

        Raises UnknownModelError for a model that is not registered, NothingToServeError for one
        whose champion was never loaded here and cannot be.
        """
        held = self._held.get(model)
        if held is None:
            held = self._held[model] = self._refreshed()
        self._held.move_to_end(model)
        if held.is_due:
            self._refresh(model, held)
        if held.value is None:
            raise self._refusal(model, held)
        return held.value

    def names(self) -> tuple[str, ...]:
        """Return the registered models' names, sorted; raise RegistryAwayError if never known."""
        if self._names.is_due:
            self._names.refresh(lambda _: self._sources.registry().list_models())
            self._log_failure("registry.listing_failed", {}, self._names.failure)
        if self._names.value is None:
            msg = "the registry cannot be reached; try again"
            raise RegistryAwayError(msg, retry_after_seconds=self._names.retry_after_seconds)
        return self._names.value

    def statuses(self) -> tuple[ChampionStatus, ...]:
        """Return what is known of each model that was asked for, without asking again."""
        return tuple(
            ChampionStatus(
                model=model,
                champion=held.value,
                confirmed_at=held.confirmed_at,
                stale_since=held.stale_since,
                reason=None if held.failure is None else _describe(held.failure),
            )
            for model, held in sorted(self._held.items())
            if held.value is not None or not isinstance(held.failure, UnknownModelError)
        )

    def _refreshed(self) -> Refreshed[Any]:
        return Refreshed(self._clock, self._policy.refresh_seconds)

    def _refresh(self, model: str, held: Refreshed[Champion]) -> None:
        before = held.value
        held.refresh(partial(self._read, model))
        if held.failure is not None and not isinstance(held.failure, UnknownModelError):
            fields = {"model": model, "version": before.number if before else None}
            self._log_failure("champion.refresh_failed", fields, held.failure)
        elif held.value is not None and held.value is not before:
            self._log_loaded(model, held.value, before)
        self._make_room(model)

    def _read(self, model: str, held: Champion | None) -> Champion:
        pointer = self._sources.registry().find_alias(model, Alias.CHAMPION)
        if pointer is None:
            if model not in self.names():
                msg = f"{model} is not registered"
                raise UnknownModelError(msg)
            msg = f"{model} has no champion yet; promote one of its versions"
            raise NoChampionError(msg)
        if held is not None and held.is_at(pointer):
            return held
        return load_champion(
            pointer,
            store=self._sources.store(),
            load_graph=self._sources.load_graph,
            now=self._clock.now(),
        )

    def _refusal(self, model: str, held: Refreshed[Champion]) -> WindvaneError:
        match held.failure:
            case UnknownModelError():
                return UnknownModelError(
                    f"there is no model {model}; GET /models lists those there are"
                )
            case NoChampionError():
                reason = str(held.failure)
            case _:
                reason = f"the champion of {model} cannot be loaded; try again"
        return NothingToServeError(reason, retry_after_seconds=held.retry_after_seconds)

    def _make_room(self, kept: str) -> None:
        """Let go of the least recently used champions beyond the limit, and of spare names."""
        used = sum(held.value.size_bytes for held in self._held.values() if held.value)
        for model, held in list(self._held.items()):
            if model == kept:
                continue
            if held.value is not None and used > self._policy.maximum_bytes:
                used -= held.value.size_bytes
                del self._held[model]
                self._log("champion.evicted", {"model": model, "version": held.value.number})
            elif held.value is None and len(self._held) > MAXIMUM_NAMES:
                del self._held[model]

    def _log_loaded(self, model: str, champion: Champion, before: Champion | None) -> None:
        fields = {
            "model": model,
            "version": champion.number,
            "sha256": champion.artifact.sha256,
            "replaces": before.number if before else None,
        }
        self._log("champion.loaded", fields)

    def _log_failure(
        self, event: str, fields: Mapping[str, object], error: Exception | None
    ) -> None:
        if error is not None:
            self._log(event, {**fields, "error": type(error).__name__, "reason": str(error)})


def _describe(error: Exception) -> str:
    """Return what callers may read of a failure: our own sentences; of others' their class."""
    return str(error) if isinstance(error, WindvaneError) else type(error).__name__
