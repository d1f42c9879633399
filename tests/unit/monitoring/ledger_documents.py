"""The documents of a label ledger, one hour a day."""

from functions.contracts import keys
from functions.contracts.labels import (
    DayIndex,
    LabelDay,
    LabelHour,
    LabelIndex,
    LabelStanding,
    PredictedRows,
)
from tests.fakes.documents import stored_object
from tests.fakes.object_store import CountingStore

MODEL = "car"


def ledger_documents(
    hours: list[LabelHour], *, answered: int = 500, store: CountingStore | None = None
) -> CountingStore:
    """The documents that JoinGroundTruth leaves."""
    store = store or CountingStore()
    days = []
    for hour in hours:
        day = hour.hour.date()
        document = LabelDay(model=MODEL, day=day, entries=stored_object("entries"), hours=(hour,))
        store.write(
            keys.label_day(MODEL, day), document.model_dump_json().encode(), content_type="x"
        )
        predicted = PredictedRows(hour=hour.hour.hour, version=1, variant="champion", rows=answered)
        days.append(
            DayIndex(
                day=day,
                records={},
                ids=stored_object("ids"),
                answers=stored_object("answers"),
                predicted=(predicted,),
            )
        )
    index = LabelIndex(model=MODEL, days=tuple(days))
    store.write(keys.label_index(MODEL), index.model_dump_json().encode(), content_type="x")
    if hours:
        standing = LabelStanding(model=MODEL, newest_label_at=hours[-1].hour)
        body = standing.model_dump_json().encode()
        store.write(keys.label_standing(MODEL), body, content_type="x")
    return store
