"""Hand mails to an SMTP server, by the standard library."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage

from ace_integrations.core.call import BlockingCall, Call, Describer, Result, operation
from ace_integrations.core.service import require
from ace_integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidInputError,
    InvalidRequestError,
    OutcomeUnknownError,
    ProviderError,
    UnavailableError,
)
from ace_integrations.mail.batch import Batch, BatchSent, one_by_one
from ace_integrations.mail.local import AsyncLocalClient, LocalClient
from ace_integrations.mail.message import Message, Sent, Trace
from ace_integrations.mail.mime import to_mime
from ace_integrations.mail.smtp.settings import SmtpSettings
from ace_integrations.settings import Settings

TlsContext = Callable[[], ssl.SSLContext]


class SmtpOperations:
    """Describe what an SMTP server does."""

    provider = "smtp"
    settings: SmtpSettings
    _tls: TlsContext

    @operation
    def send(self, message: Message, *, dry_run: bool = False) -> Call[Sent]:
        """Hand one mail to the server, in one conversation.

        Args:
            dry_run: only check and write the mail; no connection is made.

        Raises:
            AuthenticationError: the server refuses the user or the password.
            ConnectionFailedError: no connection, or no TLS that can be trusted; nothing was sent.
            InvalidRequestError: the server refuses the mail or every recipient.
            OutcomeUnknownError: the connection broke after the mail was sent; a second try may deliver it twice.
            UnavailableError: the server asks to come back later; nothing was taken.

        Source: notifications.md §6
        """
        problems = [*self.settings.missing(), *self.settings.problems()]
        if problems:
            raise ConfigurationError(*problems)
        mime = to_mime(message)
        sent = Sent(transport="smtp", message_id=message.message_id, mail_id=message.mail_id, dry_run=dry_run)
        if dry_run:
            return Result(sent)
        envelope = [one.email for one in message.recipients]
        if not all(email.isascii() for email in (message.sender.email, *envelope)):
            raise InvalidInputError("this transport takes addresses of ASCII letters only", field="to")
        talk = _Talk(self.settings, self._tls)
        return BlockingCall(lambda: sent.model_copy(update={"refused": talk.deliver(mime, envelope)}))

    @operation
    def send_batch(self, batch: Batch) -> Call[BatchSent]:
        """Hand over a mail for each recipient.

        Source: notifications.md §6
        """
        return one_by_one(batch, SmtpTransport(self.settings, tls=self._tls).send)

    @operation
    def find(self, message: Message) -> Call[Trace]:
        """Say that a server keeps no record that could be read.

        Source: notifications.md §6
        """
        del message
        return Result(Trace(can_tell=False))

    @operation
    def reactivate(self, *, email: str) -> Call[None]:
        """Do nothing: a server has no suppression list.

        Source: notifications.md §6
        """
        del email
        return Result(None)


class _WithSettings:
    def __init__(self, settings: SmtpSettings | None = None, *, tls: TlsContext = ssl.create_default_context) -> None:
        self.settings = settings if settings is not None else Settings().of(SmtpSettings)
        self._tls = tls


class Smtp(_WithSettings, SmtpOperations, LocalClient):
    """An SMTP server, blocking."""


class AsyncSmtp(_WithSettings, SmtpOperations, AsyncLocalClient):
    """An SMTP server, awaited."""


class SmtpTransport(_WithSettings, SmtpOperations, Describer):
    """An SMTP server as the transport of `ace.mail`."""


class _Talk:
    """One conversation with the server."""

    def __init__(self, settings: SmtpSettings, tls: TlsContext) -> None:
        self._settings = settings
        self._tls = tls

    def deliver(self, mime: EmailMessage, recipients: list[str]) -> tuple[str, ...]:
        """Hand over one mail; give the recipients that were refused.

        Raises:
            ProviderError: it was not taken, or may have been.
        """
        server = self._connect()
        try:
            refused = self._address(server, mime, recipients)
            self._write(server, mime)
            return refused
        finally:
            _leave(server)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        require(settings, "host")
        host, port, timeout = settings.host or "", settings.port, settings.timeout_s
        server: smtplib.SMTP | None = None
        try:
            if settings.encryption == "ssl":
                server = smtplib.SMTP_SSL(host, port, timeout=timeout, context=self._tls())
            else:
                server = smtplib.SMTP(host, port, timeout=timeout)
            self._introduce(server)
        except (OSError, smtplib.SMTPException) as error:
            if server is not None:
                server.close()
            raise self._not_connected(error) from None
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.encryption == "tls":
            server.starttls(context=self._tls())
        if settings.username and settings.password is not None:
            server.login(settings.username, settings.password.get_secret_value())

    def _not_connected(self, error: Exception) -> ProviderError:
        if isinstance(error, smtplib.SMTPAuthenticationError):
            what = "the server refuses MAIL_USERNAME or MAIL_PASSWORD"
            return self._error(AuthenticationError, what, code=error.smtp_code)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            what = "the server offers no STARTTLS or no login; set MAIL_ENCRYPTION and MAIL_PORT as it needs"
            return self._error(ConnectionFailedError, what)
        return self._error(ConnectionFailedError, f"could not connect: {type(error).__name__}; nothing was sent")

    def _address(self, server: smtplib.SMTP, mime: EmailMessage, recipients: list[str]) -> tuple[str, ...]:
        """Name sender and recipients; nothing is sent yet."""
        refusals: dict[str, int] = {}
        sender = mime["From"].addresses[0].addr_spec
        try:
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(sender)
            if code != 250:
                raise self._refused("the sender", code)
            for email in recipients:
                code, _ = server.rcpt(email)
                if code not in (250, 251):
                    refusals[email] = code
        except (OSError, smtplib.SMTPException) as error:
            what = f"the connection broke: {type(error).__name__}; nothing was sent"
            raise self._error(ConnectionFailedError, what) from None
        if len(refusals) == len(recipients):
            raise self._refused("every recipient", next(iter(refusals.values())))
        return tuple(refusals)

    def _write(self, server: smtplib.SMTP, mime: EmailMessage) -> None:
        try:
            code, _ = server.data(mime.as_bytes())
        except smtplib.SMTPDataError as error:
            raise self._refused("the mail", error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:
            what = f"the connection broke while the mail was sent ({type(error).__name__}): it may have been taken"
            raise self._error(OutcomeUnknownError, what) from None
        if code != 250:
            raise self._refused("the mail", code)

    def _refused(self, what: str, code: int) -> ProviderError:
        # The server's text often quotes the address, so only its code is passed on.
        if code == 421 or 400 <= code < 500:
            return self._error(UnavailableError, f"the server asks to come back later for {what}", code=code)
        return self._error(InvalidRequestError, f"the server refuses {what}", code=code)

    def _error(self, kind: type[ProviderError], what: str, *, code: int | None = None) -> ProviderError:
        return kind(what, provider="smtp", operation="send", code="" if code is None else str(code))


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def build(settings: SmtpSettings) -> SmtpTransport:
    """Give the transport for `MAIL_MAILER=smtp`."""
    return SmtpTransport(settings)
