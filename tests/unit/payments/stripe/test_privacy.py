"""Stripe's data map, and the customers that it deletes."""

import pytest

from ace_integrations import Ace, NotFoundError, Settings
from ace_integrations.payments import Money
from ace_integrations.payments.stripe import AsyncStripe, Stripe, privacy
from ace_integrations.privacy import Kept, Removed, Subject
from ace_integrations.sandbox import RunningSandbox

EGP = Money.of("100.00", "EGP")


@pytest.fixture
def ace(ace_sandbox: RunningSandbox):
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        yield ace


def customer(client: Stripe, number: int = 1, email: str = "lina@example.com") -> str:
    return client.create_customer(email=email, name="Lina", idempotency_key=f"customer-{email}-{number}").id


def paid(client: Stripe, method: str = "pm_card_visa") -> str:
    return client.create_payment_intent(
        amount=EGP,
        idempotency_key=f"pay-{method}",
        metadata={"payment_id": "7"},
        payment_method=method,
        confirm=True,
        return_url="http://127.0.0.1:9/back",
    ).id


def test_customers_are_found_on_every_page_and_by_id(ace: Ace, stripe_client: Stripe, monkeypatch) -> None:
    monkeypatch.setattr(privacy, "PAGE", 2)
    for number in range(5):
        customer(stripe_client, number)
    other, named = customer(stripe_client, email="omar@example.com"), customer(stripe_client, email="old@example.com")
    subject = Subject(user="user-9", emails=("lina@example.com",), ids={"stripe": (named,)})
    told = ace.privacy.erase_at("stripe", subject)
    assert told.erased.removed == (Removed(kind="customer", count=6),)
    assert [one.id for one in stripe_client.list_customers(email="omar@example.com").data] == [other]
    assert stripe_client.list_customers(email="lina@example.com").data == ()


def test_a_payment_that_is_not_there_is_said_to_be_missing(ace: Ace) -> None:
    subject = Subject(user="user-9", ids={"stripe": ("pi_3Nothing",)})
    assert ace.privacy.erase_at("stripe", subject).erased.not_found == ("payment",)
    assert ace.privacy.export(subject).records == ()


def test_an_export_has_the_dispute_beside_its_payment(ace: Ace, stripe_client: Stripe) -> None:
    intent = paid(stripe_client, "pm_card_createDispute")
    records = ace.privacy.export(Subject(user="user-9", ids={"stripe": (intent,)})).records
    assert [record.kind for record in records] == ["payment", "dispute"]
    assert records[0].data["client_secret"] == "**********"  # type: ignore[call-overload,index]


def test_a_payment_stays_once_although_it_is_named_twice(ace: Ace, stripe_client: Stripe) -> None:
    intent = paid(stripe_client)
    told = ace.privacy.erase_at("stripe", Subject(user="user-9", ids={"stripe": (intent, intent)}))
    assert told.erased.kept == (Kept(kind="payment", because=privacy.PAYMENT.kept_because, count=1),)


async def test_of_a_deleted_customer_the_id_is_left_and_it_is_deleted_once(
    stripe_client: Stripe, async_stripe: AsyncStripe
) -> None:
    made = customer(stripe_client)
    assert (await async_stripe.delete_customer(customer_id=made)).deleted
    left = await async_stripe.retrieve_customer(customer_id=made)
    assert (left.deleted, left.email, left.name) == (True, None, None)
    with pytest.raises(NotFoundError):
        stripe_client.delete_customer(customer_id=made)


def test_customers_are_listed_newest_first_by_the_very_letters(stripe_client: Stripe) -> None:
    first, second = customer(stripe_client, 1), customer(stripe_client, 2)
    page = stripe_client.list_customers(email="lina@example.com", limit=1)
    assert ([one.id for one in page.data], page.has_more) == ([second], True)
    rest = stripe_client.list_customers(email="lina@example.com", starting_after=second)
    assert [one.id for one in rest.data] == [first]
    assert stripe_client.list_customers(email="Lina@example.com").data == ()


def test_an_exported_customer_that_was_deleted_is_not_found(ace: Ace, stripe_client: Stripe) -> None:
    made = customer(stripe_client)
    stripe_client.delete_customer(customer_id=made)
    exported = ace.privacy.export(Subject(user="user-9", ids={"stripe": (made,)}))
    (stripe,) = [one for one in exported.services if one.service == "stripe"]
    assert stripe.exported.not_found == ("customer",)
