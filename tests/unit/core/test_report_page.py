from datetime import datetime, timedelta, timezone

from functions.core.report_page import facts, legend, moment, page, sentence


def test_escapes_the_title_and_keeps_the_body() -> None:
    whole = page("a < b", "<p>body</p>")

    assert "<title>a &lt; b</title>" in whole
    assert "<body><p>body</p></body></html>" in whole
    assert "default-src 'none'" in whole


def test_escapes_facts_and_legends() -> None:
    assert facts({"<a>": "<b>"}) == ('<ul class="facts"><li>&lt;a&gt; <b>&lt;b&gt;</b></li></ul>')
    assert "&lt;x&gt;" in legend("<x>", "y")


def test_a_moment_is_written_as_utc() -> None:
    there = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert moment(there) == "2026-03-01 12:00:00 UTC"


def test_a_sentence_has_a_capital_and_a_full_stop() -> None:
    assert sentence("all passed") == "All passed."
