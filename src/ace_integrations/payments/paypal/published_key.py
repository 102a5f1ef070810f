"""A key that everybody knows, for deliveries that no twin signs: those of the test kit and of `ace webhooks trigger`.

It is to PayPal what a sandbox's webhook secret is to other services. It is believed for addresses of this machine only.
"""

import hashlib
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

NAME = "CERT-sandbox-0"
"""The twin's own certificates are counted from 1."""

_SUBJECT = "messageverificationcerts.paypal.com"


@cache
def published_key() -> rsa.RSAPrivateKey:
    """Give the key. It is made of words, so that there is nothing to keep."""
    p, q, e = _prime("paypal sandbox p", 114), _prime("paypal sandbox q", 198), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(e, p * q),
    )
    return numbers.private_key()


@cache
def published_certificate() -> x509.Certificate:
    """Give its certificate, signed by itself, and good for any clock that a test may set."""
    key, name = published_key(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _SUBJECT)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_SUBJECT)]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _prime(words: str, distance: int) -> int:
    """Give the first prime of 1024 bits above a number made of words; how far above was looked for once."""
    digits = b"".join(hashlib.sha512(f"{words} {part}".encode()).digest() for part in (1, 2))
    return (int.from_bytes(digits) | 3 << 1022 | 1) + distance
