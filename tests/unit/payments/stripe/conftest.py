"""Clients of Stripe on the twin, in both colours."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ace_integrations.payments.stripe import AsyncStripe, Stripe, StripeSettings
from ace_integrations.sandbox import RunningSandbox


@pytest.fixture
def stripe_settings(ace_sandbox: RunningSandbox) -> StripeSettings:
    return StripeSettings().in_sandbox(ace_sandbox.url)


@pytest.fixture
def stripe_client(stripe_settings: StripeSettings) -> Iterator[Stripe]:
    with Stripe(stripe_settings) as client:
        yield client


@pytest.fixture
async def async_stripe(stripe_settings: StripeSettings) -> AsyncIterator[AsyncStripe]:
    async with AsyncStripe(stripe_settings) as client:
        yield client
