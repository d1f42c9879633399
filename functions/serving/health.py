"""GET /health: whether this process answers, with what, and since when that may be out of date."""

from functions.serving.bodies import write_document
from functions.serving.documents import CaptureHealth, ChampionHealth, Health
from functions.serving.errors import RegistryAwayError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.versions import ChampionStatus


def show_health(_request: Request, ports: Ports) -> Response:
    """Say what is loaded here; always 200, because a process that answers is alive.

    `ready` says that predictions can be had: a champion is loaded, or the registry was reached and
    lists a model. Versions are loaded by the first request for them, not by this one.
    """
    names = _names(ports)
    statuses = ports.versions.statuses()
    is_loaded = any(status.champion is not None for status in statuses)
    return write_document(
        Health(
            live=True,
            ready=is_loaded or bool(names),
            models=tuple(map(_describe, statuses)),
            not_loaded=tuple(sorted(set(names) - {status.model for status in statuses})),
            captures=CaptureHealth(rows=ports.captures.rows, lost_rows=ports.captures.lost_rows),
        )
    )


def _names(ports: Ports) -> tuple[str, ...]:
    try:
        return ports.versions.names()
    except RegistryAwayError:
        return ()


def _describe(status: ChampionStatus) -> ChampionHealth:
    champion = status.champion
    return ChampionHealth(
        model=status.model,
        version=champion.number if champion else None,
        sha256=champion.artifact.sha256 if champion else None,
        loaded_at=champion.loaded_at if champion else None,
        confirmed_at=status.confirmed_at,
        stale_since=status.stale_since,
        reason=status.reason,
    )
