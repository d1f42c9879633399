from pathlib import Path

import pytest

from functions.contracts.api_clients import (
    CLIENTS_FILE,
    ApiClient,
    ClientsFileError,
    load_clients,
)

GOOD = """
[[clients]]
name = "checkout"
description = "the shop's checkout"
requests_per_second = 0.5
requests_per_day = 1000

[[clients]]
name = "night-batch"
description = "reports"
stages = ["prod"]
enabled = false
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "clients.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_reads_who_has_a_key_and_how_much_they_may_ask(tmp_path: Path) -> None:
    checkout, batch = load_clients(written(tmp_path, GOOD))

    assert (checkout.name, checkout.requests_per_second, checkout.requests_per_day) == (
        "checkout",
        0.5,
        1000,
    )
    assert (checkout.enabled, batch.enabled) == (True, False)
    assert checkout.is_of("dev")
    assert batch.is_of("prod")
    assert not batch.is_of("dev")


def test_has_no_clients_without_the_file(tmp_path: Path) -> None:
    assert load_clients(tmp_path / "nothing.toml") == ()


def test_the_file_of_this_tree_can_be_read_and_holds_no_key() -> None:
    assert load_clients() == ()
    assert "key =" not in CLIENTS_FILE.read_text(encoding="utf-8")


def test_the_example_in_the_file_is_one(tmp_path: Path) -> None:
    lines = CLIENTS_FILE.read_text(encoding="utf-8").splitlines()
    start = lines.index("# [[clients]]")
    example = "\n".join(line.removeprefix("# ") for line in lines[start:])

    (client,) = load_clients(written(tmp_path, example))

    assert client.name == "checkout"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[clients", "clients.toml: is no TOML"),
        ("client = []", "did you mean clients"),
        ('[clients.checkout]\ndescription = "x"', r"write each as \[\[clients\]\]"),
        ('[[clients]]\nname = "a"', r"clients\[0\].description = missing"),
        ('[[clients]]\nname = "Check Out"\ndescription = "x"', "write a lower-case letter"),
        ('[[clients]]\nname = "a"\ndescription = "x"\nvalue = "k"', "value = .* is not known"),
        ('[[clients]]\nname = "a"\ndescription = "x"\nburst = 0', "greater than or equal to 1"),
        (
            '[[clients]]\nname = "a"\ndescription = "x"\nrequests_per_day = 1\n'
            "requests_per_month = 1",
            "a usage plan has one quota",
        ),
        (GOOD + GOOD, "is named twice"),
    ],
)
def test_says_what_is_wrong_where(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ClientsFileError, match=words):
        load_clients(written(tmp_path, text))


def test_lists_all_mistakes_at_once(tmp_path: Path) -> None:
    text = '[[clients]]\nname = "a"\n[[clients]]\ndescription = "x"\n'

    with pytest.raises(ClientsFileError) as refused:
        load_clients(written(tmp_path, text))

    assert str(refused.value).count("\n") == 1


def test_a_client_has_limits_without_a_word() -> None:
    client = ApiClient(name="a", description="x")

    assert (client.requests_per_second, client.burst) == (10.0, 20)
