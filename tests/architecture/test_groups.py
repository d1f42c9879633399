"""Suites that share what is slow to make stay on one worker."""

from tests.architecture.project import PROJECT, python_modules


def test_groups_are_named_before_xdist_reads_them() -> None:
    """A conftest.py that pytest is called with is loaded before xdist, and asked after it."""
    texts = {
        path: (PROJECT / path).read_text()
        for path in python_modules("tests")
        if path.name == "conftest.py"
    }
    grouping = {path: text for path, text in texts.items() if "xdist_group(" in text}

    assert grouping
    assert not [
        path
        for path, text in grouping.items()
        if "hookimpl(tryfirst=True)" not in text.partition("def pytest_collection_modifyitems")[0]
    ]
