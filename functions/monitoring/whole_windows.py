"""Whether an endpoint has answered for a whole window; before, its drift asks for no retraining."""

from datetime import datetime, timedelta

from functions.aws.hourly_records import find_first_hour
from functions.contracts.model_spec import ModelSpec
from functions.core.drift import WindowDrift
from functions.core.ports import ObjectStore


def tell_young(
    store: ObjectStore, spec: ModelSpec, drift: WindowDrift, *, until: datetime
) -> str | None:
    """Return why the drift of an endpoint is no reason to retrain yet; None if it may be one.

    What has answered for a morning has seen no night, and the reference has: it drifts by the part
    of the day, and is like the reference once the day is whole.

    Parameters
    ----------
    store : ObjectStore
        Of hourly records. One request, and none of a window that has not drifted.
    spec : ModelSpec
    drift : WindowDrift
    until : datetime
        The window's end.

    Notes
    -----
    An endpoint answers since the oldest hour that has a record, of whichever version, so one that
    is idle at night or for weeks is as old as it is. Records are kept for longer than the longest
    window.
    """
    if not spec.drift.whole_windows or not (drift.data_breach or drift.prediction_breach):
        return None
    first = find_first_hour(store, spec.name)
    hours = spec.drift.window_hours
    if first is None or until >= (whole := first + timedelta(hours=hours)):
        return None
    return (
        f"{spec.name} has answered since {first:%Y-%m-%dT%H:%MZ}; its drift asks for retraining "
        f"from {whole:%Y-%m-%dT%H:%MZ} on, after a whole window of {hours} hours"
    )


def at_once(spec: ModelSpec) -> ModelSpec:
    """Return model.toml of a fire drill: its folder has no past, and its window is never whole."""
    drift = spec.drift.model_copy(update={"whole_windows": False})
    return spec.model_copy(update={"drift": drift})
