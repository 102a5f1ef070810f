"""How PayPal signs: RSA over four words in a row, with the key of a certificate that a header names."""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ace_integrations.core import Headers
from ace_integrations.errors import ConfigurationError, SignatureError, StaleSignatureError
from ace_integrations.payments.paypal.certificates import Certificates
from ace_integrations.webhooks import Checking, SignatureScheme, single, usable

ID, TIME, SIGNATURE = "paypal-transmission-id", "paypal-transmission-time", "paypal-transmission-sig"
CERTIFICATE, ALGORITHM, VERSION = "paypal-cert-url", "paypal-auth-algo", "paypal-auth-version"

SIMULATED = "WEBHOOK_ID"
"""What PayPal's simulator signs over in place of a webhook's id."""

OLDEST_S = 3 * 24 * 3600 + 3600
"""Seconds after which a delivery is refused: PayPal tries for three days, and may keep the first time."""

EARLIEST_S = 300
"""Seconds that a delivery may be ahead of our clock."""

_ALGORITHM = "SHA256withRSA"
_WORD = re.compile(r"[A-Za-z0-9-]{1,100}")


def signed_text(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    """Give what is signed: both ids, the time, and the CRC-32 of the raw body as a decimal number.

    A CRC is no hash: another body with the same one can be made. So an event is a hint, and the API is asked.
    """
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, and where its certificate can be got.

    Attributes:
        url: of the certificate, as the header will name it.
    """

    key: rsa.RSAPrivateKey
    url: str

    def headers(self, body: bytes, *, webhook_id: str, now: int, transmission_id: str = "") -> dict[str, str]:
        """Give the headers of one delivery.

        Args:
            transmission_id: the same for a delivery that is tried again; a new one when not given.
        """
        sent = transmission_id or str(uuid4())
        time = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = signed_text(sent, time, webhook_id, body)
        signature = self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return {
            ID: sent,
            TIME: time,
            SIGNATURE: base64.b64encode(signature).decode(),
            CERTIFICATE: self.url,
            ALGORITHM: _ALGORITHM,
            VERSION: "v2",
        }


class PayPalSignature(SignatureScheme):
    """`PayPal-Transmission-Sig`: RSA (PKCS#1 v1.5, SHA-256) of `id|time|webhook id|CRC-32`, in base64.

    The secrets are the webhooks' ids: no secrets, but what ties a delivery to our own app. Who signed is told by the
    certificate, which comes from PayPal's own address alone and has a public authority behind it.

    Args:
        certificates: where the certificates are kept.
        signer: signs deliveries of our own making; None where only PayPal can.

    Source: paypal.md §4.1
    """

    def __init__(self, certificates: Certificates, *, signer: Signer | None = None) -> None:
        super().__init__(tolerance_s=OLDEST_S)
        self._certificates = certificates
        self._signer = signer

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        if self._signer is None:
            raise ConfigurationError("only PayPal signs deliveries of its own: use the sandbox (ACE_SANDBOX=1)")
        return self._signer.headers(body, webhook_id=secret, now=now)

    def checking(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> Checking:
        url = _Claim.read(headers, self._certificates).url
        yield from self._certificates.ensure(url, now=now)
        try:
            self.verify(headers, body, secrets=secrets, now=now)
        except StaleSignatureError:
            raise
        except SignatureError:
            # The certificate may have been changed; asked for once, and the check is never done without.
            if not self._certificates.may_renew(url, now=now):
                raise
            yield from self._certificates.renew(url, now=now)
            self.verify(headers, body, secrets=secrets, now=now)

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        claim = _Claim.read(headers, self._certificates)
        key = self._certificates.key(claim.url, now=now)
        texts = [signed_text(claim.id, claim.time, webhook_id, body) for webhook_id in usable(secrets)]
        if not any(_fits(key, claim.signature, text) for text in texts):
            raise SignatureError("no signature matches a current webhook id; each app, mode and address has its own")
        self.check_age(claim.signed_at, now)

    def check_age(self, signed_at: int, now: int) -> None:
        """Refuse a time that is older than the last of PayPal's tries, or in the future."""
        if signed_at - now > EARLIEST_S:
            raise StaleSignatureError(f"signed {signed_at - now} s in the future; at most {EARLIEST_S} s are allowed")
        super().check_age(signed_at, now)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a delivery says of its own signature."""

    id: str
    time: str
    signed_at: int
    signature: bytes
    url: str

    @classmethod
    def read(cls, headers: Headers, certificates: Certificates) -> "_Claim":
        """Read it.

        Raises:
            SignatureError: a header is missing, came twice, or is not of PayPal's form.
        """
        transmission_id, time, url = (single(headers, name) for name in (ID, TIME, CERTIFICATE))
        signature = single(headers, SIGNATURE)
        if single(headers, ALGORITHM) != _ALGORITHM:
            raise SignatureError(f"the header {ALGORITHM} is not {_ALGORITHM}")
        if not _WORD.fullmatch(transmission_id):
            raise SignatureError(f"the header {ID} is no id")
        certificates.check_address(url)
        return cls(transmission_id, time, _seconds(time), _decoded(signature), url)


def _seconds(time: str) -> int:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SignatureError(f"the header {TIME} is no time")
    return int(moment.timestamp())


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except binascii.Error:
        raise SignatureError(f"the header {SIGNATURE} is not base64") from None


def _fits(key: rsa.RSAPublicKey, signature: bytes, text: bytes) -> bool:
    try:
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
