"""Keys that everybody knows."""

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ace_integrations.core.published_key import key_of_words, pem_of_words

WORDS, DISTANCES = "jitsi sandbox", (572, 178)


def test_the_same_words_are_the_same_key_everywhere():
    signed = load_pem_private_key(pem_of_words(WORDS, distances=DISTANCES).encode(), password=None)
    signature = signed.sign(b"text", padding.PKCS1v15(), SHA256())
    key = key_of_words(WORDS, distances=DISTANCES)
    key.public_key().verify(signature, b"text", padding.PKCS1v15(), SHA256())
    assert key.key_size == 2048


@pytest.mark.parametrize("distances", [(574, 178), (572, 180)])
def test_numbers_that_are_no_primes_are_no_key(distances):
    with pytest.raises(ValueError, match="Invalid private key"):
        key_of_words(WORDS, distances=distances)
