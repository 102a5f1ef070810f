"""A key that everybody knows, for deliveries that no twin signs: those of the test kit and of `ace webhooks trigger`.

It is to PayPal what a sandbox's webhook secret is to other services. It is believed for addresses of this machine only.
"""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ace_integrations.core.published_key import key_of_words

NAME = "CERT-sandbox-0"
"""The twin's own certificates are counted from 1."""

_SUBJECT = "messageverificationcerts.paypal.com"


def published_key() -> rsa.RSAPrivateKey:
    """Give the key."""
    return key_of_words("paypal sandbox", distances=(114, 198))


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
