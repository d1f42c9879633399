"""The versions that this process serves: loaded when asked for, swapped whole, kept when stale."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import Alias
from functions.contracts.served import ArtifactView, PointerView, VersionState, VersionView
from functions.core.ports import ObjectReader
from functions.core.registry import ServedRegistry, UnknownModelError, UnknownVersionError
from functions.core.routing import choose_share
from functions.serving.errors import NothingToServeError, RegistryAwayError
from functions.serving.exchange import EventLog
from functions.serving.pinned_versions import PinnedVersions
from functions.serving.refreshed import Clock, Refreshed
from functions.serving.served_version import (
    Chosen,
    GraphLoader,
    Served,
    ServedVersion,
    load_version,
)

MAXIMUM_NAMES = 256
"""How many asked-for names are remembered, so that strangers' guesses cannot fill the memory."""

CHAMPION_VARIANT = "champion"
PINNED_VARIANT = "pinned"


class NoChampionError(WindvaneError):
    """A registered model has no champion yet."""


class Sources(msgspec.Struct, frozen=True):
    """Where champions come from; called at the first need, so that boto3 is imported no sooner."""

    registry: Callable[[], ServedRegistry]
    store: Callable[[], ObjectReader]
    load_graph: GraphLoader


class CachePolicy(msgspec.Struct, frozen=True):
    """How long an alias is served unread, and how many bytes of ONNX are held at once."""

    refresh_seconds: float
    maximum_bytes: int


class ChampionStatus(msgspec.Struct, frozen=True):
    """What /health says of a model."""

    model: str
    champion: ServedVersion | None
    confirmed_at: datetime | None
    stale_since: datetime | None
    reason: str | None


class Versions:
    """The loaded versions, by model; at most `policy.maximum_bytes` of them, least used out first.

    Each model's alias is read at most once every `policy.refresh_seconds`, on the way of a request
    that finds it due. Whatever fails then, what was loaded goes on answering.
    """

    def __init__(
        self, sources: Sources, policy: CachePolicy, *, clock: Clock, log: EventLog
    ) -> None:
        self._sources = sources
        self._policy = policy
        self._clock = clock
        self._log = log
        self._held: OrderedDict[str, Refreshed[Served]] = OrderedDict()
        self._pinned = PinnedVersions(
            self._read_pinned, clock=clock, seconds=policy.refresh_seconds
        )
        self._names: Refreshed[tuple[str, ...]] = self._refreshed()

    def choose(self, model: str, routing_key: str) -> Chosen:
        """Return the version that answers a routing key now; raises as `champion` does.

        A version that has a share and could not be loaded leaves its keys to the champion.
        """
        held = self._held.get(model)
        if held is None or held.value is None or held.is_due:
            served = self._served(model)
        else:  # most of all requests: no further call on their way
            self._held.move_to_end(model)
            served = held.value
        if served.pointer.shares:
            share = choose_share(served.pointer, routing_key, self._clock.now())
            if share is not None:
                variant = served.pointer.split_id or CHAMPION_VARIANT
                if share.number in served.others:
                    return Chosen(served.others[share.number], variant)
                return Chosen(served.champion, CHAMPION_VARIANT, (share.number, variant))
        return Chosen(served.champion, CHAMPION_VARIANT)

    def champion(self, model: str) -> ServedVersion:
        """Return the champion.

        Raises UnknownModelError for a model that is not registered, NothingToServeError for one
        whose champion was never loaded here and cannot be.
        """
        return self._served(model).champion

    def challenger(self, model: str) -> ServedVersion:
        """Return the version that has the first share of the callers now; raises as `champion`.

        Raises UnknownVersionError where no version has one.
        """
        served = self._served(model)
        shares, until = served.pointer.shares, served.pointer.split_until
        if not shares or (until is not None and self._clock.now() >= until):
            msg = f"{model} has no challenger now; its champion answers all callers"
            raise UnknownVersionError(msg)
        if shares[0].number not in served.others:
            msg = f"the challenger {model}/{shares[0].number} cannot be loaded; try again"
            raise NothingToServeError(msg, retry_after_seconds=1)
        return served.others[shares[0].number]

    def numbered(self, model: str, number: int) -> Chosen:
        """Return one version by its number, champion or not; raises as `champion` does.

        Raises UnknownVersionError for one that is not registered, or archived.
        """
        served = self._served(model)
        for version in served.versions():
            if version.number == number:
                return Chosen(version, PINNED_VARIANT)
        chosen = Chosen(self._pinned.get(model, number), PINNED_VARIANT)
        self._make_room(model)
        return chosen

    def _read_pinned(self, model: str, number: int, held: ServedVersion | None) -> ServedVersion:
        try:
            version = self._sources.registry().get(model, number)
            _require_active(version)
            return held or self._load(model, number, version.artifact)
        except UnknownVersionError:
            raise
        except Exception as error:
            self._log_failure("version.load_failed", {"model": model, "version": number}, error)
            msg = f"{model}/{number} cannot be loaded; try again"
            raise NothingToServeError(msg, retry_after_seconds=1) from error

    def _served(self, model: str) -> Served:
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
                champion=held.value.champion if held.value else None,
                confirmed_at=held.confirmed_at,
                stale_since=held.stale_since,
                reason=None if held.failure is None else _describe(held.failure),
            )
            for model, held in sorted(self._held.items())
            if held.value is not None or not isinstance(held.failure, UnknownModelError)
        )

    def _refreshed(self) -> Refreshed[Any]:
        return Refreshed(self._clock, self._policy.refresh_seconds)

    def _refresh(self, model: str, held: Refreshed[Served]) -> None:
        before = held.value
        held.refresh(partial(self._read, model))
        number = before.champion.number if before else None
        if held.failure is not None and not isinstance(held.failure, UnknownModelError):
            fields = {"model": model, "version": number}
            self._log_failure("champion.refresh_failed", fields, held.failure)
        elif held.value is not None and (
            before is None or held.value.champion is not before.champion
        ):
            self._log_loaded(model, held.value.champion, number)
        self._make_room(model)

    def _read(self, model: str, held: Served | None) -> Served:
        pointer = self._sources.registry().find_alias(model, Alias.CHAMPION)
        if pointer is None:
            if model not in self.names():
                msg = f"{model} is not registered"
                raise UnknownModelError(msg)
            msg = f"{model} has no champion yet; promote one of its versions"
            raise NoChampionError(msg)
        if held is not None and held.is_whole_at(pointer):
            return held
        known = {version.artifact: version for version in held.versions()} if held else {}
        champion = known.get(pointer.artifact)
        if champion is None or champion.number != pointer.number:
            champion = self._load(model, pointer.number, pointer.artifact)
        return Served(champion, pointer, self._read_others(pointer, known))

    def _read_others(
        self, pointer: PointerView, known: Mapping[ArtifactView, ServedVersion]
    ) -> dict[int, ServedVersion]:
        """Return the versions that have a share; one that cannot be loaded is left out and told."""
        others = {}
        for share in pointer.shares:
            version = known.get(share.artifact)
            if version is None or version.number != share.number:
                try:
                    version = self._load(pointer.model, share.number, share.artifact)
                except Exception as error:  # noqa: BLE001 - the champion answers in its place
                    fields = {"model": pointer.model, "version": share.number}
                    self._log_failure("challenger.load_failed", fields, error)
                    continue
            others[share.number] = version
        return others

    def _load(self, model: str, number: int, artifact: ArtifactView) -> ServedVersion:
        return load_version(
            model,
            number,
            artifact,
            store=self._sources.store(),
            load_graph=self._sources.load_graph,
            now=self._clock.now(),
        )

    def _refusal(self, model: str, held: Refreshed[Served]) -> WindvaneError:
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
        """Let go of pinned versions beyond the limit, of champions long unused, of spare names."""
        used = sum(held.value.size_bytes for held in self._held.values() if held.value)
        self._pinned.make_room(self._policy.maximum_bytes - used)
        for model, held in list(self._held.items()):
            if model == kept:
                continue
            if held.value is not None and used > self._policy.maximum_bytes:
                used -= held.value.size_bytes
                del self._held[model]
                number = held.value.champion.number
                self._log("champion.evicted", {"model": model, "version": number})
            elif held.value is None and len(self._held) > MAXIMUM_NAMES:
                del self._held[model]

    def _log_loaded(self, model: str, champion: ServedVersion, replaces: int | None) -> None:
        fields = {
            "model": model,
            "version": champion.number,
            "sha256": champion.artifact.sha256,
            "replaces": replaces,
        }
        self._log("champion.loaded", fields)

    def _log_failure(
        self, event: str, fields: Mapping[str, object], error: Exception | None
    ) -> None:
        if error is not None:
            self._log(event, {**fields, "error": type(error).__name__, "reason": str(error)})


def _require_active(version: VersionView) -> None:
    if version.state is VersionState.ARCHIVED:
        msg = f"{version.name} is archived; ask for another version"
        raise UnknownVersionError(msg)


def _describe(error: Exception) -> str:
    """Return what callers may read of a failure: our own sentences; of others' their class."""
    return str(error) if isinstance(error, WindvaneError) else type(error).__name__
