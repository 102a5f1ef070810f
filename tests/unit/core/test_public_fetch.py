"""An address that a stranger chose reaches no machine of ours, whatever it says and whatever a name server says."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ace_integrations import InvalidInputError
from ace_integrations.core.public_fetch import Document, PublicFetch, is_public

HOST = "files.example.com"


class Counting:
    """Looks names up, and counts."""

    def __init__(self, *addresses: str) -> None:
        self.asked = 0
        self._addresses = list(addresses)

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return self._addresses


def _never(address: str, timeout_s: float) -> socket.socket:
    raise AssertionError(f"nothing may connect to {address}")


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/cv.pdf",
        "https://files.example.com:8443/cv.pdf",
        "https://lina@files.example.com/cv.pdf",
        "https://files.example.com@evil.example/cv.pdf",
        "https://files.example.com./cv.pdf",
        "https://evil.example/files.example.com",
        "https://files.example.com.evil.example/",
        "https://xfiles.example.com/",
        "https://127.0.0.1/cv.pdf",
        "https://2130706433/cv.pdf",
        "https://0x7f000001/cv.pdf",
        "https://0177.0.0.1/cv.pdf",
        "https://[::1]/cv.pdf",
        "https://[::ffff:127.0.0.1]/cv.pdf",
        "https://169.254.169.254/latest/meta-data",
        "https://fıles.example.com/",
        "https://files.example.com\\@evil.example/",
        "https://files.example.com/a b",
        "https://files.example.com/\r\nHost: evil.example",
        "https://[files.example.com/",
        "https://",
        "//files.example.com/cv.pdf",
        "file:///etc/passwd",
        "ftp://files.example.com/cv.pdf",
        "gopher://files.example.com/",
        "https://files.example.com/" + "a" * 3000,
    ],
)
def test_another_address_is_refused_before_any_name_is_looked_up(url: str) -> None:
    names = Counting("93.184.215.14")
    fetch = PublicFetch([HOST], media_types=["text/plain"], resolve=names, connect=_never)
    with pytest.raises(InvalidInputError, match="url: "):
        fetch.get(url).run(None)  # type: ignore[arg-type]  # it needs no sender
    assert names.asked == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nobody binds it
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "nonsense",
    ],
)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    assert not is_public(address)
    # One bad answer among good ones is enough.
    names = Counting("93.184.215.14", address)
    fetch = PublicFetch([HOST], media_types=["text/plain"], resolve=names, connect=_never)
    with pytest.raises(InvalidInputError, match="not fetched from"):
        fetch.get(f"https://{HOST}/cv.txt").run(None)  # type: ignore[arg-type]
    assert names.asked == 1


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_nothing_is_fetched_unless_hosts_are_named() -> None:
    with pytest.raises(InvalidInputError):
        PublicFetch([], media_types=["text/plain"], connect=_never).get(f"https://{HOST}/").run(None)  # type: ignore[arg-type]


# Against a server of our own: the connection is led there in place of the checked address.

Serve = Callable[..., PublicFetch]


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a certificate for the host, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("identity") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def serve(identity: Path) -> Iterator[Serve]:
    listening = socket.create_server(("127.0.0.1", 0))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(identity)
    threads: list[threading.Thread] = []
    sent: list[bytes | Callable[[ssl.SSLSocket], None]] = []

    def answer() -> None:
        bare, _ = listening.accept()
        try:
            with tls.wrap_socket(bare, server_side=True) as secure:
                secure.recv(65536)
                what = sent[0]
                if callable(what):
                    what(secure)
                else:
                    secure.sendall(what)
        except OSError:
            return  # the other side left

    def served(what: bytes | Callable[[ssl.SSLSocket], None], **changes: object) -> PublicFetch:
        sent.append(what)
        threads.append(threading.Thread(target=answer, daemon=True))
        threads[-1].start()
        trusting = ssl.create_default_context(cafile=str(identity))
        usual = {"media_types": ["text/plain", "application/pdf"], "max_bytes": 1000, "timeout_s": 5.0, "tls": trusting}
        return PublicFetch(
            [HOST],
            resolve=Counting("93.184.215.14"),
            connect=lambda _, timeout: socket.create_connection(listening.getsockname(), timeout),
            **{**usual, **changes},  # type: ignore[arg-type]
        )

    yield served
    listening.close()
    for thread in threads:
        thread.join(5)


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]).encode() + body


def fetched(fetch: PublicFetch) -> Document:
    return fetch.get(f"https://{HOST}/cv.txt?v=1").run(None)  # type: ignore[arg-type]


def test_a_file_is_fetched_with_its_kind(serve: Serve) -> None:
    fetch = serve(http("200 OK", "Content-Type: Text/Plain; charset=utf-8", body="سيرة".encode()))
    assert fetched(fetch) == Document("سيرة".encode(), "text/plain")


async def test_awaited_it_does_not_hold_up_the_loop(serve: Serve) -> None:
    fetch = serve(http("200 OK", "Content-Type: text/plain", body=b"cv"))
    assert (await fetch.get(f"https://{HOST}/").arun(None)).content == b"cv"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (http("302 Found", "Location: https://127.0.0.1/", "Content-Type: text/plain"), "answered 302"),
        (http("404 Not Found", "Content-Type: text/plain"), "answered 404"),
        (http("200 OK", "Content-Type: text/html", body=b"<p>"), "kind that is read"),
        (http("200 OK", body=b"?"), "kind that is read"),
        (http("200 OK", "Content-Type: text/plain", "Content-Encoding: gzip", body=b"?"), "kind that is read"),
        (http("200 OK", "Content-Type: text/plain", body=b"x" * 1001), "longer than"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 50\r\n\r\ncut", "too early"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "should"),
    ],
)
def test_what_is_no_plain_file_is_refused(serve: Serve, answer: bytes, text: str) -> None:
    with pytest.raises(InvalidInputError, match=text):
        fetched(serve(answer))


@pytest.mark.punctual
def test_an_answer_that_drips_ends_at_the_deadline(serve: Serve) -> None:
    gone = threading.Event()

    def drip(secure: ssl.SSLSocket) -> None:
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
        while not gone.wait(0.05):
            secure.sendall(b"X-More: y\r\n")

    try:
        with pytest.raises(InvalidInputError, match="did not answer"):
            fetched(serve(drip, timeout_s=0.5))
    finally:
        gone.set()


def test_a_certificate_of_another_name_is_refused(serve: Serve) -> None:
    fetch = serve(http("200 OK", "Content-Type: text/plain"), tls=ssl.create_default_context())
    with pytest.raises(InvalidInputError, match="did not answer"):
        fetched(fetch)
