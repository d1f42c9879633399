from tests.bench.performance.figures import Table
from tests.bench.performance.page import compose, put_table


def table(title: str, figure: str) -> Table:
    return Table(title, ("A note.",), ("", "figure"), (("it", figure),))


def test_puts_a_table_in_the_place_of_its_title_and_leaves_the_others() -> None:
    page = compose("# Head\n", [table("(a) One", "1"), table("(b) Two", "2")], "2 cores")

    again = put_table(page, table("(a) One", "3"))

    assert again == compose("# Head\n", [table("(a) One", "3"), table("(b) Two", "2")], "2 cores")


def test_puts_a_new_table_after_the_last() -> None:
    page = compose("# Head\n", [table("(a) One", "1")], "2 cores")

    longer = put_table(page, table("(b) Two", "2"))

    assert longer == compose("# Head\n", [table("(a) One", "1"), table("(b) Two", "2")], "2 cores")
