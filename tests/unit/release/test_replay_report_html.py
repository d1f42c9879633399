from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from functions.contracts.replay import ReplayReport
from functions.release.replay_report_html import render_replay_report
from tests.unit.core.replay_world import (
    POLICY,
    REPLAY,
    multiclass_spec,
    regression_spec,
    replayed,
    report,
)

KNOWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "div", "span"),
    *("ul", "li", "b", "table", "thead", "tbody", "tr", "th", "td"),
    *("svg", "rect", "text", "line", "circle"),
}


class Page(HTMLParser):
    """Checks that what is opened is closed, and keeps the tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def three_classes() -> ReplayReport:
    outputs = np.random.default_rng(1).dirichlet([1, 1, 1], 300).astype(np.float32)
    whole = replace(replayed(300, labelled=False), champion=outputs, challenger=outputs[::-1])
    return report(whole, POLICY, multiclass_spec())


def values() -> ReplayReport:
    whole = replayed(300)
    numbers = [outputs[:, 1:] * 100 for outputs in (whole.champion, whole.challenger)]
    whole = replace(whole, champion=numbers[0], challenger=numbers[1] + 1)
    return report(whole, POLICY, regression_spec(), replace(REPLAY, metric="r2_score"))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (report(replayed(2000, factor=1.01)), "car/8 may reach callers: it passed on 2,000"),
        (report(replayed(2000, factor=1.8)), "car/8 failed 2 of 4 gates on captured rows"),
        (report(replayed(0)), "car/8 was not replayed: there was no captured row"),
        (three_classes(), "car/8 failed 1 of 4 gates on captured rows"),
        (values(), "car/8 failed 2 of 4 gates on captured rows"),
    ],
    ids=["passed", "failed", "nothing", "classes", "values"],
)
def test_says_the_verdict_first(found: ReplayReport, sentence: str) -> None:
    page = render_replay_report(found)

    assert {tag for tag, _ in Page(page).tags} <= KNOWN_TAGS
    assert f"<title>{sentence}" in page
    assert f'class="verdict {"passed" if found.passed else "failed"}"' in page
    assert page.index('class="verdict') < page.index("What was asked of it")


def test_shows_agreement_both_distributions_scores_and_rows() -> None:
    found = report(replayed(2000, factor=1.2))

    page = render_replay_report(found)

    assert f"On {found.agreement:.2%} of 2,000 rows" in page
    plots = {attributes["aria-label"]: tag for tag, attributes in Page(page).tags if tag == "svg"}
    assert list(plots) == [
        "Share of rows on which they agree",
        "Shares of prediction, champion and challenger",
        "Difference of roc_auc_score, challenger minus champion",
    ]
    assert page.count('<rect class="current"') == 10
    for metric, score in found.challenger_scores.items():
        assert metric in page
        assert f"{score:.4f}" in page
    assert all(row.inference_id in page for row in found.differing)


def test_tells_better_from_worse_by_the_scores_direction() -> None:
    found = report(replayed(300)).model_copy(
        update={
            "champion_scores": {"roc_auc_score": 0.8, "log_loss_error": 0.5, "f1_score": 0.5},
            "challenger_scores": {"roc_auc_score": 0.7, "log_loss_error": 0.4},
        }
    )

    page = render_replay_report(found)

    assert "roc_auc_score</td>" in page
    rows = page.split("<tr>")
    assert any("roc_auc_score" in row and "worse" in row for row in rows)
    assert any("log_loss_error" in row and "better" in row for row in rows)
    assert any("f1_score" in row and "not determined" in row for row in rows)


def test_says_what_there_is_not() -> None:
    page = render_replay_report(report(replayed(60, labelled=False)))

    assert "No captured row has a label yet." in page
    assert "No row is answered differently." in page
    few = render_replay_report(report(replayed(60, factor=1.1)))
    assert "100 needed to tell" in few
    assert "Difference of" not in few


def test_names_rows_without_an_answer() -> None:
    whole = replayed(300)
    silent = whole.challenger.copy()
    silent[5] = np.nan

    page = render_replay_report(report(replace(whole, challenger=silent)))

    assert "Rows without a finite answer" in page
    assert "<p>r5</p>" in page


def test_stands_alone() -> None:
    page = render_replay_report(report(replayed(300, factor=1.2)))

    assert "default-src 'none'" in page
    for tag, attributes in Page(page).tags:
        assert tag not in {"script", "link", "img", "iframe", "object"}
        assert not {"src", "href"} & set(attributes)
    assert "url(" not in page


def test_escapes_every_name() -> None:
    evil = "<img src=x onerror=alert(1)>\"&'"
    found = report(replayed(300, factor=1.2))
    row = found.differing[0].model_copy(
        update={"inference_id": evil, "features": {evil: evil}, "champion": {"label": evil}}
    )
    assert found.score is not None
    assert found.predictions is not None
    found = found.model_copy(
        update={
            "reason": evil,
            "execution": evil,
            "differing": (row,),
            "unanswered": (evil,),
            "champion_scores": {"f1_score" + evil: 1.0},
            "score": found.score.model_copy(update={"metric": evil, "reason": evil}),
            "predictions": found.predictions.model_copy(
                update={"reason": evil, "bins": (evil,) * len(found.predictions.bins)}
            ),
            "gates": tuple(
                g.model_copy(update={"gate": evil, "reason": evil}) for g in found.gates
            ),
        }
    )

    page = render_replay_report(found)

    assert "<img" not in page
    assert {tag for tag, _ in Page(page).tags} <= KNOWN_TAGS
