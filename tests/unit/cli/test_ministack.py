"""The embedded cloud's process."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from functions.cli import ministack
from functions.cli.errors import LocalCloudError
from functions.cli.ministack import (
    choose_port,
    claimed_port,
    cloud_environment,
    is_healthy,
    last_lines,
)


def test_listens_on_the_loopback_address_and_keeps_to_its_folder(tmp_path: Path) -> None:
    environ = {"AWS_PROFILE": "company", "PATH": "/bin"}

    found = cloud_environment(environ, port=4999, state=tmp_path / "s", scratch=tmp_path / "t")

    assert found["BIND_HOST"] == "127.0.0.1"
    assert found["GATEWAY_PORT"] == "4999"
    assert found["PATH"] == "/bin"
    assert found["STATE_DIR"] == str(tmp_path / "s")
    assert not [name for name in found if name.startswith("AWS_")]


def test_names_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_is_free", lambda _port: False)

    with pytest.raises(LocalCloudError, match=r"port 4600 is taken.*--port"):
        choose_port(4600)


def test_prefers_the_usual_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_is_free", lambda _port: True)

    assert choose_port(None) == ministack.USUAL_PORT
    assert choose_port(4600) == 4600


@pytest.mark.enable_socket
def test_finds_another_port_when_the_usual_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_is_free", lambda _port: False)

    assert choose_port(None) not in (0, ministack.USUAL_PORT)


@pytest.mark.enable_socket
def test_two_that_start_at_once_have_two_ports() -> None:
    def start() -> socket.socket:
        with claimed_port(None) as port:
            sleep(0.05)  # a cloud takes its time until it listens
            return socket.create_server(("127.0.0.1", port))

    with ThreadPoolExecutor(4) as pool:
        listeners = [start.result() for start in [pool.submit(start) for _ in range(4)]]

    assert len({listener.getsockname()[1] for listener in listeners}) == 4
    for listener in listeners:
        listener.close()


@pytest.mark.enable_socket
def test_notices_that_nobody_answers() -> None:
    port = choose_port(None)

    assert not is_healthy(f"http://localhost:{port if port != ministack.USUAL_PORT else 1}")


def test_shows_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {i}\n" for i in range(100)))

    assert last_lines(log, 2) == "line 98\nline 99"
    assert last_lines(tmp_path / "absent") == ""
