"""The connection of a first prediction, against whatever a server may write."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions.aws.light_connection import MAXIMUM_HEADERS, Answer, LightConnection
from tests.unit.serving.world import NOW

Connect = Callable[..., LightConnection]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return what connects to a server that writes the next text on each connection."""
    opened: list[socket.socket | LightConnection] = []
    threads = []

    def start(
        *texts: bytes, context: ssl.SSLContext | None = None, keep: bool = False
    ) -> LightConnection:
        server = socket.create_server(("127.0.0.1", 0))
        threads.append(Thread(target=_serve, args=(server, texts, context, keep), daemon=True))
        threads[-1].start()
        scheme = "https" if context else "http"
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        connection = LightConnection(url, timeout_seconds=5)
        opened.extend((connection, server))
        return connection

    yield start
    for each in opened:
        each.close()
    for thread in threads:
        thread.join(5)


def _serve(
    server: socket.socket, texts: tuple[bytes, ...], context: ssl.SSLContext | None, keep: bool
) -> None:
    for text in texts:
        accepted, _ = server.accept()
        with accepted, suppress(OSError):
            peer = context.wrap_socket(accepted, server_side=True) if context else accepted
            peer.recv(65_536)
            peer.sendall(text)
            if keep:
                peer.recv(1)
            peer.close()


def ask(connection: LightConnection) -> Answer:
    return connection.ask("GET", "/", {"host": "a"}, b"")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", Answer(200, b"abc")),
        (b"HTTP/1.1 404 \r\ncontent-length:0\r\n\r\n", Answer(404, b"")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            Answer(200, b"abc0123456789"),
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            Answer(200, b"ok"),
        ),
    ],
)
def test_reads_an_answer_to_its_end_and_no_further(
    connect: Connect, text: bytes, answer: Answer
) -> None:
    assert ask(connect(text, keep=True)) == answer


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK"])
def test_reads_to_the_connections_end_where_no_length_is_given(
    connect: Connect, head: bytes
) -> None:
    connection = connect(head + b"\r\n\r\none", head + b"\r\n\r\ntwo")

    assert [ask(connection).body, ask(connection).body] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "ends the connection"),
        (b"HTTP/1.1 200 OK\r\nConte", "ends within a line"),
        (b"SSH-2.0-OpenSSH\r\n", "does not begin"),
        (b"HTTP/1.1 OK\r\n\r\n", "does not begin"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "ends after 3 of 5 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc", "length is '-5'"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n", "length is '-3'"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "length is ''"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAXIMUM_HEADERS + 1), "more than 100 headers"),
    ],
)
def test_takes_no_broken_answer_for_a_whole_one(connect: Connect, text: bytes, reason: str) -> None:
    with pytest.raises(ConnectionError, match=reason):
        ask(connect(text))


def test_connects_anew_after_a_broken_answer(connect: Connect) -> None:
    connection = connect(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with pytest.raises(ConnectionError):
        ask(connection)

    assert ask(connection) == Answer(200, b"ok")


def test_sends_no_line_that_holds_two(connect: Connect) -> None:
    with pytest.raises(ValueError, match="end of a line"):
        connect().ask("GET", "/", {"x-name": "a\r\nx-other: b"}, b"")


def test_trusts_the_certificates_that_the_machine_trusts(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = _certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    connection = connect(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", context=served)

    assert ask(connection) == Answer(200, b"ok")


def test_trusts_no_other_certificate(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(connect(b"HTTP/1.1 200 OK\r\n\r\n", context=_certified(tmp_path)))


def _certified(folder: Path) -> ssl.SSLContext:
    """Return the context of a server at 127.0.0.1 whose certificate only the folder has."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of the tests")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=36500))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, folder / "key.pem")
    return context
