"""The twin alone in a sandbox, as new for each test, and a shop that asks it."""

from collections.abc import Iterator

import pytest
from tests.paypal_shop import Shop

from ace_integrations.payments.paypal.sandbox import PayPalTwin
from ace_integrations.sandbox import RunningSandbox, start


@pytest.fixture(scope="session")
def _paypal_server() -> Iterator[RunningSandbox]:
    with start(twins=[PayPalTwin]) as running:
        yield running


@pytest.fixture
def paypal_sandbox(_paypal_server: RunningSandbox) -> Iterator[RunningSandbox]:
    _paypal_server.control.reset()
    yield _paypal_server
    _paypal_server.control.clear_faults()


@pytest.fixture
def shop(paypal_sandbox: RunningSandbox) -> Iterator[Shop]:
    shop = Shop(paypal_sandbox)
    yield shop
    shop.http.close()


@pytest.fixture
def twin(paypal_sandbox: RunningSandbox) -> PayPalTwin:
    assert paypal_sandbox.sandbox is not None
    twin = paypal_sandbox.sandbox.twins["paypal"]
    assert isinstance(twin, PayPalTwin)
    return twin
