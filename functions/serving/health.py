"""GET /health: whether this process answers, with what, and since when that may be out of date."""

from datetime import datetime

from functions.serving.bodies import write_json
from functions.serving.champions import ChampionStatus
from functions.serving.errors import RegistryAwayError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports


def show_health(_request: Request, ports: Ports) -> Response:
    """Say what is loaded here; always 200, because a process that answers is alive.

    `ready` says that predictions can be had: a champion is loaded, or the registry was reached and
    lists a model. Champions are loaded by the first request for them, not by this one.
    """
    names = _names(ports)
    statuses = ports.champions.statuses()
    loaded = [status for status in statuses if status.champion is not None]
    waiting = sorted(set(names) - {status.model for status in statuses})
    return write_json(
        {
            "live": True,
            "ready": bool(loaded or names),
            "models": [_describe(status) for status in statuses],
            "not_loaded": waiting,
            "captures": {"rows": ports.captures.rows, "lost_rows": ports.captures.lost_rows},
        }
    )


def _names(ports: Ports) -> tuple[str, ...]:
    try:
        return ports.champions.names()
    except RegistryAwayError:
        return ()


def _describe(status: ChampionStatus) -> dict[str, object]:
    champion = status.champion
    return {
        "model": status.model,
        "version": champion.number if champion else None,
        "sha256": champion.artifact.sha256 if champion else None,
        "loaded_at": _moment(champion.loaded_at if champion else None),
        "confirmed_at": _moment(status.confirmed_at),
        "stale_since": _moment(status.stale_since),
        "reason": status.reason,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
