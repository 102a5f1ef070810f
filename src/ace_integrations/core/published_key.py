"""Private keys that everybody knows: what a sandbox's secret is elsewhere, where a service wants a key pair.

They are made of words, so that there is nothing to keep.
"""

import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@cache
def key_of_words(words: str, *, distances: tuple[int, int]) -> "RSAPrivateKey":
    """Give the RSA key of 2048 bits that is made of these words.

    Args:
        words: whose it is, as in "paypal sandbox".
        distances: how far above the numbers made of the words its two primes are; looked for once.

    Raises:
        ValueError: the numbers at these distances are no primes.
    """
    # Not above: settings import this, and most processes need none of these keys.
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = (_above(f"{words} {name}", distance) for name, distance in zip("pq", distances, strict=True))
    e = 65537
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


def pem_of_words(words: str, *, distances: tuple[int, int]) -> str:
    """Give the same key as PEM, as settings take it."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = key_of_words(words, distances=distances)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _above(words: str, distance: int) -> int:
    digits = b"".join(hashlib.sha512(f"{words} {part}".encode()).digest() for part in (1, 2))
    return (int.from_bytes(digits) | 3 << 1022 | 1) + distance
