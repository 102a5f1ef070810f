"""PayPal's signing certificates: which addresses are asked for one, which are believed, how long they are kept."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from ace_integrations.errors import SignatureError
from ace_integrations.webhooks import Checking, Lookup

KEPT_S = 24 * 3600
"""Seconds for which a certificate is used without being asked for again."""

RENEWED_AFTER_S = 60
"""Seconds for which a certificate is not asked for again, whatever does not fit it."""

MOST_KEPT = 16

PATH = "/v1/notifications/certs/"
LIVE_HOSTS = ("api.paypal.com", "api-m.paypal.com")
SANDBOX_HOSTS = (*LIVE_HOSTS, "api.sandbox.paypal.com", "api-m.sandbox.paypal.com")

_NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_SMALLEST_KEY = 2048

Anchors = Sequence[x509.Certificate]


@cache
def public_authorities() -> Anchors:
    """Give the authorities that browsers believe."""
    with warnings.catch_warnings():
        # One old authority has a serial number that is none; it is as good as the others.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to ask for certificates, and who may have issued them.

    Attributes:
        addresses: what the whole address of a certificate must look like; nothing else is asked.
        authority_url: where a twin's own authority is, None where the public ones count.
        anchors: gives the public authorities.
        known: certificates that need not be asked for, by address.
    """

    addresses: re.Pattern[str]
    authority_url: str | None = None
    anchors: Callable[[], Anchors] = public_authorities
    known: Mapping[str, x509.Certificate] = field(default_factory=dict[str, x509.Certificate])

    @classmethod
    def in_paypal(cls, *hosts: str, anchors: Callable[[], Anchors] = public_authorities) -> "Trust":
        """Believe PayPal's hosts, by public authorities."""
        names = "|".join(map(re.escape, hosts))
        return cls(re.compile(rf"https://(?:{names})(?::443)?{PATH}{_NAME}"), anchors=anchors)

    @classmethod
    def in_twin(cls, base_url: str, known: Mapping[str, x509.Certificate]) -> "Trust":
        """Believe a twin on this machine, by its own authority.

        Args:
            known: certificates by their names.
        """
        place = f"{base_url}{PATH}"
        addresses = {f"{place}{name}": certificate for name, certificate in known.items()}
        return cls(re.compile(f"{re.escape(place)}{_NAME}"), f"{base_url}/_ca.pem", known=addresses)


@dataclass(frozen=True, slots=True)
class _Kept:
    certificate: x509.Certificate
    since: int


class Certificates:
    """Certificates by their addresses. Asking for one is left to who receives: it is yielded as a `Lookup`."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._kept: dict[str, _Kept] = {}

    def check_address(self, url: str) -> None:
        """Refuse an address that is not PayPal's, before anything is asked there.

        Raises:
            SignatureError: it is not.
        """
        if not self._trust.addresses.fullmatch(url):
            raise SignatureError("the certificate's address is not one of PayPal's")

    def key(self, url: str, *, now: int) -> rsa.RSAPublicKey:
        """Give the key of a certificate that is here.

        Raises:
            SignatureError: it is not here, or not good at this time.
        """
        certificate = self._held(url, now)
        if certificate is None:
            raise SignatureError("the certificate was not fetched")
        if not certificate.not_valid_before_utc <= _moment(now) <= certificate.not_valid_after_utc:
            raise SignatureError("the certificate has expired, or is not valid yet")
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
            raise SignatureError("the certificate holds no RSA key of 2048 bits")
        return key

    def ensure(self, url: str, *, now: int) -> Checking:
        """Have the certificate of an address here."""
        if self._held(url, now) is None:
            yield from self.renew(url, now=now)

    def may_renew(self, url: str, *, now: int) -> bool:
        """Whether a signature that does not fit is a reason to ask once more: a key may have been changed."""
        kept = self._kept.get(url)
        return kept is not None and now - kept.since >= RENEWED_AFTER_S

    def renew(self, url: str, *, now: int) -> Checking:
        """Ask for a certificate, and keep it if it is believed.

        Raises:
            SignatureError: what came is no certificate of PayPal's.
        """
        place = self._trust.authority_url
        anchors = self._trust.anchors() if place is None else _read((yield Lookup(place)))
        chain = _read((yield Lookup(url)))
        self._keep(url, _Kept(believed(chain, anchors, at=_moment(now)), now))

    def _held(self, url: str, now: int) -> x509.Certificate | None:
        kept = self._kept.get(url)
        # Either way: of two deliveries at once the later one may have fetched it.
        if kept is not None and abs(now - kept.since) < KEPT_S:
            return kept.certificate
        return self._trust.known.get(url)

    def _keep(self, url: str, kept: _Kept) -> None:
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = kept


def _read(pem: bytes) -> Anchors:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise SignatureError("there is no certificate at the address") from None


def believed(chain: Anchors, anchors: Anchors, *, at: datetime) -> x509.Certificate:
    """Give the certificate of PayPal's in a file, once its chain leads to an authority.

    Args:
        chain: all certificates of the file; the others may have issued it.

    Raises:
        SignatureError: none is PayPal's, or no authority stands behind it at this time.
    """
    for certificate in chain:
        for name in _names(certificate):
            others = [other for other in chain if other is not certificate]
            verifier = PolicyBuilder().store(Store(list(anchors))).time(at).build_server_verifier(x509.DNSName(name))
            try:
                verifier.verify(certificate, others)
            except VerificationError:
                raise SignatureError("no authority stands behind the certificate now") from None
            return certificate
    raise SignatureError("the certificate is not made out to PayPal")


def _names(certificate: x509.Certificate) -> Iterator[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return
    names = extension.value.get_values_for_type(x509.DNSName)
    yield from (name for name in names if name.endswith(".paypal.com") and "*" not in name)


def _moment(now: int) -> datetime:
    return datetime.fromtimestamp(now, UTC)
