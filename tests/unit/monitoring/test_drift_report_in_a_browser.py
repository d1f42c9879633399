"""The drift report as a browser lays it out; only where Chromium is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.monitoring.drift_report_html import render_report
from tests.unit.monitoring.drift_report_world import full_report
from tests.unit.monitoring.headless import Page, headless

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

OVERFLOWING = """
[...document.querySelectorAll("h1, h2, h3, p, li, .card, .scroll, ul, details")]
  .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 80))
"""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    file = tmp_path / "drift.html"
    file.write_text(render_report(full_report(50)), encoding="utf-8")
    with headless(str(CHROMIUM), tmp_path / "profile") as page:
        page.open(file)
        yield page


def test_fits_narrow_and_wide_screens_and_asks_for_nothing(page: Page) -> None:
    for width in (400, 1400):
        page.resize(width)

        assert page.value("document.documentElement.scrollWidth") <= width
        assert page.value(OVERFLOWING) == []
        first_screen = page.value("document.querySelector('.decision').getBoundingClientRect().top")
        assert first_screen < 900
    assert page.value("document.querySelectorAll('svg[role=img]').length") == 2 * 2 + 2 + 51
    urls = {
        event["params"]["request"]["url"]
        for event in page.events
        if event.get("method") == "Network.requestWillBeSent"
    }
    assert {url.rpartition("/")[2] for url in urls} == {"drift.html"}
    assert not page.has("Log.entryAdded"), "a mistake in the page"
