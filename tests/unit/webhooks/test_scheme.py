import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations import ConfigurationError
from ace_integrations.webhooks import hmac_sha256, usable


@given(st.lists(st.tuples(st.text(), st.binary()), min_size=1, max_size=50))
def test_a_signature_is_the_hmac_however_many_secrets_were_used_before(uses: list[tuple[str, bytes]]) -> None:
    secrets = [(secret.encode("utf-8", "replace").decode(), message) for secret, message in uses]
    for secret, message in secrets:
        assert hmac_sha256(secret, message) == hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def test_threads_that_sign_with_one_secret_do_not_disturb_each_other() -> None:
    messages = [bytes([number]) * 5000 for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        signed = list(threads.map(lambda message: hmac_sha256("whsec_shared", message), messages))
    assert signed == [hmac.new(b"whsec_shared", message, hashlib.sha256).hexdigest() for message in messages]


@pytest.mark.parametrize("secrets", [[], [""], ["good", " "], ["x"] * 9])
def test_no_secret_never_means_no_check(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        usable(secrets)
