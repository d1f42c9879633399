"""What all reports share: a page that stands alone, with no script, no font and no network."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from functions.contracts.drift import ColumnDrift
from functions.core.report_style import STYLE


def page(title: str, body: str) -> str:
    """Return a whole page; `body` is HTML, `title` is escaped."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"{body}</body></html>\n"
    )


def facts(named: Mapping[str, str]) -> str:
    """Return names with their values, both escaped, in a line that wraps."""
    items = "".join(
        f"<li>{escape(name)} <b>{escape(fact)}</b></li>" for name, fact in named.items()
    )
    return f'<ul class="facts">{items}</ul>'


def distances(column: ColumnDrift) -> dict[str, str]:
    """Return how far two distributions are apart, by the names of the measures, for `facts`."""
    shown = {
        "PSI": f"{column.psi:.4f}",
        "Jensen-Shannon": f"{column.jensen_shannon_distance:.4f}",
    }
    if column.ks_statistic is not None:
        shown["Kolmogorov-Smirnov"] = _at_least(column.ks_statistic, column.ks_error or 0.0)
    return shown


def _at_least(statistic: float, error: float) -> str:
    """Return a statistic of stored counts, and how large the exact one may be if that is more."""
    least, most = f"{statistic:.4f}", f"{statistic + error:.4f}"
    return least if least == most else f"{least} (up to {most})"


def legend(reference: str, current: str) -> str:
    """Return what the two colors of `shares_plot` stand for."""
    return (
        f'<p class="legend"><span><span class="key reference"></span>{escape(reference)}</span>'
        f'<span><span class="key current"></span>{escape(current)}</span></p>'
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under headings, all escaped, in a frame that scrolls where it is too narrow."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def moment(at: datetime) -> str:
    """Return a moment as people read it.

    Examples
    --------
    >>> moment(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    '2026-03-01 12:00:00 UTC'
    """
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def sentence(reason: str) -> str:
    """Return a reason as a sentence, with a capital and a full stop; a name stays as it is.

    Examples
    --------
    >>> sentence("its gate passed"), sentence("roc_auc_score is 0.9")
    ('Its gate passed.', 'roc_auc_score is 0.9.')
    """
    first = reason.partition(" ")[0]
    is_name = "_" in first or any(letter.isupper() for letter in first)
    return f"{reason}." if is_name else f"{reason[:1].upper()}{reason[1:]}."
