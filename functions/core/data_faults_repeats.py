"""A request that comes again and again, as of a smoke test or a health probe, is one row.

Of such a request every column has the same value, so every column seems to have a fault. A column
that is stuck is alone with it, or with a few others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from functions.contracts.faults import FaultKind
from functions.contracts.profile import CODE_BITS
from functions.core.column_profiles import numeric_profile
from functions.core.data_faults_odds import Values, distance, sup_noise
from functions.core.data_faults_values import ColumnFault, ColumnPair, comparable_values
from functions.core.float_codes import CodeCounts
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
    counted_codes,
)

LEAST_REPEATS = 5
"""A request that came less often decides nothing."""

DEVIATIONS = 3.0
"""Of a binomial count: what a column's may be off by chance."""

RARE = 0.1
"""A value that fewer rows have in the reference tells a request from other rows."""

MOST_REQUESTS = 20
"""A test may send so many different ones, each again and again."""

CONTRADICTED = 2.0
"""Of what any column could have gained: a request that came more often than that is none."""

LEFT_ERROR = 0.01
"""The chance that rows like the reference's are said to be unlike it."""


@dataclass(frozen=True, slots=True)
class LeftRows:
    """Columns of the rows in which each repeated request is one row.

    `requests` are how many these are, `repeats` how many rows they came in.
    """

    pairs: list[ColumnPair]
    requests: int = 0
    repeats: int = 0

    def is_unlike(self, name: str) -> bool:
        """Return whether a column is unlike its reference though all requests are left out of it.

        Of few rows no fault can be told. But if they are unlike the reference, then the requests
        were not what had made the column so.
        """
        pair = next(each for each in self.pairs if each.feature.name == name)
        past, now = pair.reference, pair.current
        if isinstance(past, NumericProfile) and isinstance(now, NumericProfile):
            before, after = comparable_values(past, now)
        else:
            before, after = (
                Values(np.arange(float(len(counts))), counts, 0.0) for counts in _counts(pair)
            )
        if not after.rows:
            return False
        noise = sup_noise((before.rows, after.rows), LEFT_ERROR) + self.requests / after.rows
        return distance(before, after) > noise


def leave_repeats(pairs: Sequence[ColumnPair]) -> LeftRows:
    """Return columns of the rows in which each repeated request is one row.

    Parameters
    ----------
    pairs : sequence of ColumnPair
        All that are judged of the same rows.

    Notes
    -----
    Hours keep what each column counted, not which values came together. If R of n rows are one
    request and the others are as the reference is, of which a share s has a value, then
    ``R + (n - R) * s`` have it, give or take three standard deviations of a binomial count. The
    value for which R is greatest is taken for the request's. If all columns have gained one, the
    request came as often as no column contradicts. Where at least two columns have gained a value
    that was rare, they alone decide: of others a small shift is as many rows as a request. But
    where another column cannot have gained half as many, what came again was no request.
    """
    left = LeftRows(list(pairs))
    for requests in range(1, MOST_REQUESTS + 1):
        repeats = _repeats([_gained(pair) for pair in left.pairs if _may_vary(pair)])
        if not repeats:
            return left
        fewer = [_without(pair, repeats - 1) for pair in left.pairs]
        left = LeftRows(fewer, requests, left.repeats + repeats)
    return left


def tell_repeats(left: LeftRows) -> ColumnFault:
    """Return the fault that repeated requests are where they are too many to be passed over."""
    these = "one request" if left.requests == 1 else f"{left.requests} requests"
    return ColumnFault(
        FaultKind.ROWS_DUPLICATED,
        f"{these} came again and again in {left.repeats:,} rows: every column has its values as "
        "often on top of the usual ones",
    )


def _repeats(gains: "Sequence[_Gain]") -> int:
    """Return how often one request came again, by what each column has gained; 0 if none did."""
    deciding = _deciding(gains)
    if min((gain.least_rows for gain in deciding), default=0) < LEAST_REPEATS:
        return 0
    repeats = min(gain.most_rows for gain in deciding)
    return repeats if repeats <= CONTRADICTED * min(gain.most_rows for gain in gains) else 0


def _may_vary(pair: ColumnPair) -> bool:
    """Return whether a column says anything: one that always had one value has it in every row."""
    return int((_counts(pair)[0] > 0).sum()) > 1


@dataclass(frozen=True, slots=True)
class _Gain:
    """The value that most rows have beyond their share: which, and how many, within chance."""

    place: int
    least_rows: int
    most_rows: int
    usual_share: float


def _deciding(gained: Sequence[_Gain]) -> Sequence[_Gain]:
    """Return the gains of rare values, if there are several; else all."""
    rare = [gain for gain in gained if gain.usual_share < RARE]
    return rare if len(rare) > 1 else gained


def _gained(pair: ColumnPair) -> _Gain:
    before, after = _counts(pair)
    rows, past_rows = int(after.sum()), int(before.sum())
    usual = before / max(past_rows, 1)
    others = np.maximum(1.0 - usual, 1.0 / (past_rows + 1.0))
    beyond = (after - rows * usual) / others
    place = int(beyond.argmax())
    gained = float(beyond[place])
    share = (int(before[place]) + 1) / (past_rows + 1)
    width = DEVIATIONS * math.sqrt(max(rows - gained, 0.0) * share / float(others[place]))
    most = min(round(gained + width), int(after[place]))
    return _Gain(place, round(gained - width), most, float(usual[place]))


def _counts(pair: ColumnPair) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how often each value occurs in the reference and now: unknown and missing ones last.

    A number that only the reference has is left to no place: nothing of it can be gained.
    """
    past, now = pair.reference, pair.current
    if isinstance(past, NumericProfile) and isinstance(now, NumericProfile):
        had, has = _codes(past, now)
        known, place = np.isin(had.codes, has.codes), np.searchsorted(has.codes, had.codes)
        before = np.zeros(len(has.codes), dtype=np.int64)
        before[place[known]] = had.counts[known]
        others = int(had.counts[~known].sum())
        return np.append(before, (others, past.missing)), np.append(has.counts, (0, now.missing))
    return _category_counts(past), _category_counts(now)


def _codes(past: NumericProfile, now: NumericProfile) -> tuple[CodeCounts, CodeCounts]:
    """Return the numbers of two profiles by the cells that both have."""
    bits = min(past.bits, now.bits, CODE_BITS)
    return counted_codes(past, bits), counted_codes(now, bits)


def _category_counts(column: ColumnProfile) -> NDArray[np.int64]:
    counts = column.counts if isinstance(column, CategoricalProfile) else ()
    unseen = column.unseen if isinstance(column, CategoricalProfile) else 0
    return np.array([*counts, unseen, column.missing], dtype=np.int64)


def _without(pair: ColumnPair, rows: int) -> ColumnPair:
    """Return a column with so many rows fewer of the value that it has beyond its share."""
    past, now = pair.reference, pair.current
    place = _gained(pair).place
    counts = _counts(pair)[1]
    counts[place] -= min(rows, int(counts[place]))
    if isinstance(past, NumericProfile) and isinstance(now, NumericProfile):
        _, cells = _codes(past, now)
        kept = counts[:-2] > 0
        left = CodeCounts(cells.bits, cells.codes[kept], counts[:-2][kept])
        # No fault looks at a column's sums.
        current = numeric_profile(now.name, left, missing=int(counts[-1]), totals=(0.0, 0.0))
        return replace(pair, current=current)
    *known, unseen, missing = counts.tolist()
    fewer = {"counts": tuple(known), "unseen": unseen, "missing": missing}
    return replace(pair, current=now.model_copy(update=fewer))
