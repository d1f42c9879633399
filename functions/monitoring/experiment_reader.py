"""The rows of an A/B test, read from captures and from what came true of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from functions.aws.hourly_objects import list_hours
from functions.aws.parallel_reads import read_objects
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.experiment import Experiment
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX
from functions.core.captured_lines import cut_model_records, read_lines
from functions.core.experiment_results import join_arms
from functions.core.labelled_captures import standing_truths
from functions.core.ports import ObjectStore
from functions.core.sequential import ScoredRows
from functions.core.traffic import read_traffic
from functions.monitoring.capture_reader import ARRIVAL_DELAY


def read_arms(
    store: ObjectStore,
    experiment: Experiment,
    specs: Mapping[int, ArtifactSpec],
    *,
    now: datetime,
) -> dict[int, ScoredRows]:
    """Return each version's rows with ground truth: answered while the test ran, known by now."""
    until = min(now, experiment.ends_at, experiment.ended_at or now)
    records = (
        record
        for content in _contents(store, CAPTURES_PREFIX, experiment.started_at, until)
        for record in cut_model_records(content, experiment.model)[0]
    )
    traffic = read_traffic(
        records, model=experiment.model, since=experiment.started_at, until=until
    )
    truths = standing_truths(
        line
        for content in _contents(store, GROUND_TRUTH_PREFIX, experiment.started_at, now)
        for line in read_lines(content, experiment.model).truths
    )
    return join_arms(experiment, traffic, truths, specs)


def _contents(store: ObjectStore, prefix: str, start: datetime, end: datetime) -> Iterator[bytes]:
    found = list_hours(store, prefix, start, end + ARRIVAL_DELAY)
    return (content for _, content in read_objects(store, found))
