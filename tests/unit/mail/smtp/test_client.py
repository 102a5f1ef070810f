import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ace_integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    OutcomeUnknownError,
    UnavailableError,
)
from ace_integrations.mail import Address, AsyncSmtp, Batch, Recipient, Smtp
from ace_integrations.mail.smtp import SmtpSettings


class Server:
    """A mail server of one test. `answers` replaces what it says to a verb; "" hangs up."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.mails: list[bytes] = []
        self.said: list[str] = []
        self.answers: dict[str, str] = {}
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        async def close() -> None:
            self._server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            verb = line.split(":")[0].split()[0].upper()
            answer = self.answers.get(line, self.answers.get(verb, self._usual(verb)))
            if not answer:
                break
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()
            if verb == "QUIT":
                break
            if verb == "STARTTLS" and answer.startswith("220") and self._tls is not None:
                await writer.start_tls(self._tls)
            if verb == "DATA" and answer.startswith("354"):
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                if not (after := self.answers.get("after DATA", "250 taken")):
                    break
                writer.write(after.encode() + b"\r\n")

    def _usual(self, verb: str) -> str:
        offers = "250-here\r\n250-AUTH PLAIN\r\n250-SMTPUTF8\r\n250 " + ("STARTTLS" if self._tls else "8BITMIME")
        usual = {"EHLO": offers, "DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome", "STARTTLS": "220 go"}
        return usual.get(verb, "250 ok")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return str(path)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(None)
    yield made
    made.close()


@pytest.fixture
def tls_server(certificate: str) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made = Server(context)
    yield made
    made.close()


def plain(server, **fields):
    return Smtp(SmtpSettings(host="127.0.0.1", port=server.port, encryption="none", timeout_s=2, **fields))


def test_a_mail_arrives_as_it_was_written(server, make_message):
    bcc = (Address(email="hidden@example.com"),)
    sent = plain(server).send(make_message(mail_id="mail-1", bcc=bcc))
    assert (sent.transport, sent.message_id, sent.refused) == ("smtp", "mail-1@sandbox.example.com", ())
    mime = message_from_bytes(server.mails[0], policy=policy.default)
    assert mime["Subject"] == "أهلًا | Welcome"
    assert "hidden" not in server.mails[0].decode()
    assert [line for line in server.said if line.lower().startswith("rcpt")] == [
        "rcpt TO:<lina@example.com>",
        "rcpt TO:<hidden@example.com>",
    ]


async def test_awaited_it_sends_the_same(server, make_message):
    settings = SmtpSettings(host="127.0.0.1", port=server.port, encryption="none")
    assert (await AsyncSmtp(settings).send(make_message())).transport == "smtp"
    assert len(server.mails) == 1


def test_the_password_goes_over_verified_tls_only(tls_server, certificate, make_message):
    settings = SmtpSettings(
        host="localhost", port=tls_server.port, username="me", password="a-password", encryption="tls", timeout_s=5
    )
    trusting = Smtp(settings, tls=lambda: ssl.create_default_context(cafile=certificate))
    trusting.send(make_message())
    assert len(tls_server.mails) == 1
    with pytest.raises(ConnectionFailedError, match="nothing was sent"):
        Smtp(settings).send(make_message())
    assert sum(line.startswith("AUTH") for line in tls_server.said) == 1


def test_a_server_without_starttls_is_refused(server, make_message):
    with pytest.raises(ConnectionFailedError, match="STARTTLS"):
        Smtp(SmtpSettings(host="127.0.0.1", port=server.port, encryption="tls", timeout_s=2)).send(make_message())
    assert server.mails == []


def test_a_wrong_password_is_an_authentication_error(server, make_message):
    server.answers["AUTH"] = "535 no"
    with pytest.raises(AuthenticationError, match="MAIL_PASSWORD") as refused:
        plain(server, username="me", password="a-password").send(make_message())
    assert "a-password" not in str(refused.value)


@pytest.mark.parametrize(
    ("verb", "answer", "error"),
    [
        ("MAIL", "550 no", InvalidRequestError),
        ("RCPT", "550 no such user", InvalidRequestError),
        ("RCPT", "451 later", UnavailableError),
        ("MAIL", "421 closing", UnavailableError),
        ("MAIL", "", ConnectionFailedError),
        ("DATA", "554 no", InvalidRequestError),
        ("after DATA", "554 spam", InvalidRequestError),
        ("after DATA", "451 later", UnavailableError),
        ("after DATA", "", OutcomeUnknownError),
        ("EHLO", "", ConnectionFailedError),
    ],
)
def test_each_failure_says_whether_the_mail_may_have_been_taken(server, make_message, verb, answer, error):
    server.answers[verb] = answer
    with pytest.raises(error) as failed:
        plain(server).send(make_message())
    assert "lina" not in str(failed.value)


def test_recipients_that_are_refused_are_named_while_the_others_get_the_mail(server, make_message):
    server.answers["rcpt TO:<gone@example.com>"] = "550 no such user"
    both = (Address(email="lina@example.com"), Address(email="gone@example.com"))
    assert plain(server).send(make_message(to=both)).refused == ("gone@example.com",)


def test_a_dry_run_opens_no_connection(make_message):
    settings = SmtpSettings(host="127.0.0.1", port=9)
    assert Smtp(settings).send(make_message(), dry_run=True).dry_run


def test_nobody_listening_means_nothing_was_sent(make_message):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = SmtpSettings(host="127.0.0.1", port=free.getsockname()[1], encryption="none")
        with pytest.raises(ConnectionFailedError, match="nothing was sent"):
            Smtp(settings).send(make_message())


def test_a_batch_is_a_mail_for_each_recipient(server):
    batch = Batch(
        sender=Address(email="a@example.com"),
        subject="s",
        text="t",
        recipients=(Recipient(email="b@example.com"), Recipient(email="c@example.com")),
    )
    assert plain(server).send_batch(batch).accepted == ("b@example.com", "c@example.com")
    assert len(server.mails) == 2


def test_a_server_keeps_no_record_to_look_into(make_message):
    client = Smtp(SmtpSettings(host="127.0.0.1"))
    assert not client.find(make_message()).can_tell
    assert client.reactivate(email="a@example.com") is None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"MAIL_HOST": "mail.example.com"}, ("mail.example.com", 587, "tls")),
        (
            {"SMTP_HOST": "mail.example.com", "SMTP_PORT": "465", "SMTP_ENCRYPTION": "ssl"},
            ("mail.example.com", 465, "ssl"),
        ),
        ({"MAIL_HOST": "127.0.0.1", "MAIL_PORT": "1025", "MAIL_ENCRYPTION": "null"}, ("127.0.0.1", 1025, "none")),
        ({"MAIL_HOST": "127.0.0.1", "MAIL_ENCRYPTION": ""}, ("127.0.0.1", 587, "none")),
    ],
)
def test_laravels_names_and_the_usual_ones_are_read(monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = SmtpSettings()
    assert (settings.host, settings.port, settings.encryption) == expected


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"host": None}, "MAIL_HOST"),
        ({"host": "mail.example.com", "username": "me"}, "MAIL_PASSWORD"),
        (
            {"host": "mail.example.com", "username": "me", "password": "p", "encryption": "none"},
            "MAIL_ENCRYPTION",
        ),
    ],
)
def test_settings_that_cannot_work_are_named_before_anything_is_sent(make_message, fields, word):
    with pytest.raises(ConfigurationError, match=word):
        Smtp(SmtpSettings(**fields)).send(make_message())
