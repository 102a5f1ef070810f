"""Every gateway of ours, and one of nobody's, pass the suite that plugin authors run."""

from collections.abc import Iterator

import pytest
from tests.barter import BarterUnderTest

from ace_integrations.testing.conformance.payments import GatewayUnderTest
from ace_integrations.testing.conformance.paypal import PayPalUnderTest
from ace_integrations.testing.conformance.stripe import StripeUnderTest
from ace_integrations.testing.conformance.test_payments import *  # noqa: F403 - the suite itself


@pytest.fixture(scope="module", params=[StripeUnderTest, PayPalUnderTest, BarterUnderTest], ids=lambda kind: kind.name)
def gateway_under_test(request: pytest.FixtureRequest) -> Iterator[GatewayUnderTest]:
    with request.param() as tested:
        yield tested
