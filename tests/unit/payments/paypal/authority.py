"""Certificate authorities of the tests' own, and keys that sign as PayPal would."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "messageverificationcerts.paypal.com"
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def signing_key(number: int = 1, *, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Give one of the keys that are made once: making one costs a tenth of a second."""
    return _key(number, bits)


@cache
def _key(number: int, bits: int) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Authority:
    """An authority, and how it issues."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def issue(
        self,
        key: rsa.RSAPrivateKey | None = None,
        *,
        names: Sequence[str] = (NAME,),
        begin: datetime = BEGIN,
        end: datetime = END,
    ) -> x509.Certificate:
        """Issue a certificate to sign messages with."""
        public = (key or signing_key()).public_key()
        built = (
            _begun(NAME, self.certificate.subject, begin, end)
            .public_key(public)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if names:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
        return built.sign(self.key, hashes.SHA256())

    def below(self, name: str) -> "Authority":
        """Make an authority that this one stands behind."""
        return _authority(name, self)


@cache
def authority(name: str = "Root of the tests") -> Authority:
    """Make an authority that nobody stands behind."""
    return _authority(name, None)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _authority(name: str, above: Authority | None) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = above.certificate.subject if above else _name(name)
    behind = above.key if above else key
    certificate = (
        _begun(name, issuer, BEGIN, END)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(behind.public_key()), critical=False)
        .sign(behind, hashes.SHA256())
    )
    return Authority(key, certificate)


def _begun(subject: str, issuer: x509.Name, begin: datetime, end: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
