"""How the twin signs webhooks: RSA keys whose certificates come from an authority of its own, one after the other."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALGORITHM, VERSION = "SHA256withRSA", "v2"
CERTIFICATE_NAME = "messageverificationcerts.paypal.com"
CERTIFICATES = "/v1/notifications/certs"

_BEFORE, _AFTER = timedelta(days=3650), timedelta(days=7300)
"""Wide enough for a clock that tests move."""


def signed_text(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    """Give what is signed: the ids and the time, and the unsigned CRC-32 of the raw body in decimal."""
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)


class Signer:
    """The authority and its leaves. Keys are made on first use, and stay while the sandbox runs."""

    def __init__(self) -> None:
        self._leaves: list[Leaf] = []
        self._current = 0

    def reset(self) -> None:
        """Sign with the first key again. The keys stay: who kept a certificate by its address is still right."""
        self._current = 0

    def rotate(self) -> str:
        """Sign with the next key from now on; give its certificate's name. The old ones are still served."""
        self._current += 1
        return self.name

    @property
    def name(self) -> str:
        """The name of the current certificate: CERT-sandbox-1."""
        return f"CERT-sandbox-{self._current + 1}"

    @property
    def authority(self) -> bytes:
        """The authority's certificate as PEM, which a client has to trust."""
        return self._authority[1].public_bytes(Encoding.PEM)

    def certificate(self, name: str) -> bytes | None:
        """Give a certificate as PEM by its name; None when there is none."""
        number = name.removeprefix("CERT-sandbox-")
        if number == name or not number.isdecimal() or not 1 <= int(number) <= max(self._current + 1, self._made):
            return None
        return self._leaf(int(number) - 1).pem

    def sign(self, text: bytes) -> str:
        """Give the signature of a text, base64."""
        signature = self._leaf(self._current).key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def verifies(self, text: bytes, signature: str, *, certificate: str) -> bool:
        """Whether a signature was made with the key of the named certificate."""
        if self.certificate(certificate) is None:
            return False
        key = self._leaf(int(certificate.removeprefix("CERT-sandbox-")) - 1).key.public_key()
        try:
            key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True

    @property
    def _made(self) -> int:
        return len(self._leaves)

    def _leaf(self, position: int) -> Leaf:
        while self._made <= position:
            self._leaves.append(self._new_leaf())
        return self._leaves[position]

    @cached_property
    def _authority(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _named("Sandbox certificate authority")
        uses = _uses(signs_certificates=True)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            _begun(name, name)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(uses, critical=True)
            .add_extension(own, critical=False)
            .sign(key, hashes.SHA256())
        )
        return key, certificate

    def _new_leaf(self) -> Leaf:
        authority_key, authority = self._authority
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        certificate = (
            _begun(_named(CERTIFICATE_NAME), authority.subject)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(CERTIFICATE_NAME)]), critical=False)
            .add_extension(_uses(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        return Leaf(key, certificate)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _begun(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _AFTER)
    )


def _uses(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
