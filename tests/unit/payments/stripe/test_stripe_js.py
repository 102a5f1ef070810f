"""The stand-in for Stripe.js in a real browser, on a platform's page of another port."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ace_integrations.payments.stripe.settings import SANDBOX_PUBLISHABLE_KEY, SANDBOX_SECRET_KEY
from ace_integrations.sandbox import RunningSandbox

pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.needs_browser

PAGE = """<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1><div id="card"></div>
<p id="result"></p></main><script src="{script}"></script>
<script>
const stripe = Stripe("{key}");
const elements = stripe.elements({{ clientSecret: "{secret}" }});
const element = elements.create("{kind}");
element.mount("#card");
window.pay = async () => {{
  const result = await ({call});
  document.getElementById("result").textContent = JSON.stringify(result);
}};
</script></html>"""

STAYS = 'stripe.confirmPayment({ elements, confirmParams: { return_url: location.href }, redirect: "if_required" })'
LEAVES = 'stripe.confirmPayment({ elements, confirmParams: { return_url: location.origin + "/back" } })'
CARD = (
    "stripe.confirmCardPayment(elements.options.clientSecret, "
    '{ payment_method: { card: element, billing_details: { name: "A" } } })'
)


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def create(sandbox: RunningSandbox) -> dict[str, Any]:
    answer = httpx.post(
        f"{sandbox.url}/stripe/v1/payment_intents",
        auth=(SANDBOX_SECRET_KEY, ""),
        data={"amount": "100000", "currency": "egp"},
    )
    created: dict[str, Any] = answer.json()
    return created


def status(sandbox: RunningSandbox, intent: dict[str, Any]) -> str:
    answer = httpx.get(f"{sandbox.url}/stripe/v1/payment_intents/{intent['id']}", auth=(SANDBOX_SECRET_KEY, ""))
    said: str = answer.json()["status"]
    return said


def open_shop(page: Any, site: Any, sandbox: RunningSandbox, *, call: str, kind: str = "payment") -> dict[str, Any]:
    intent = create(sandbox)
    site.html = PAGE.format(
        script=f"{sandbox.url}/stripe/v3/stripe.js",
        key=SANDBOX_PUBLISHABLE_KEY,
        secret=intent["client_secret"],
        kind=kind,
        call=call,
    )
    page.goto(f"{site.url}/")
    return intent


def type_card(page: Any, number: str) -> None:
    fields = page.frame_locator("iframe")
    fields.get_by_label("Card number").fill(number)
    fields.get_by_label("Expiry date").fill("12/34")
    fields.get_by_label("Security code").fill("123")


def result(page: Any) -> Any:
    page.wait_for_function("document.getElementById('result').textContent !== ''")
    return json.loads(page.locator("#result").text_content())


@pytest.mark.parametrize(("call", "kind"), [(STAYS, "payment"), (CARD, "card")])
def test_a_good_card_pays_on_the_page(ace_sandbox: RunningSandbox, page: Any, site: Any, call: str, kind: str) -> None:
    intent = open_shop(page, site, ace_sandbox, call=call, kind=kind)
    type_card(page, "4242 4242 4242 4242")
    page.evaluate("void pay()")
    assert result(page)["paymentIntent"]["status"] == "succeeded" == status(ace_sandbox, intent)
    assert "4242" not in page.content()


def test_a_refused_card_is_an_error_on_the_page(ace_sandbox: RunningSandbox, page: Any, site: Any) -> None:
    intent = open_shop(page, site, ace_sandbox, call=STAYS)
    type_card(page, "4000000000000002")
    page.evaluate("void pay()")
    assert result(page)["error"]["decline_code"] == "generic_decline"
    assert status(ace_sandbox, intent) == "requires_payment_method"


def test_an_incomplete_card_is_not_sent(ace_sandbox: RunningSandbox, page: Any, site: Any) -> None:
    open_shop(page, site, ace_sandbox, call=STAYS)
    type_card(page, "4242")
    page.evaluate("void pay()")
    assert result(page)["error"]["code"] == "incomplete_card"
    assert page.frame_locator("iframe").get_by_role("alert").text_content() == "Check the marked fields."


@pytest.mark.parametrize(("button", "ends"), [("Complete", "succeeded"), ("Fail", "requires_payment_method")])
def test_three_d_secure_over_the_page(
    ace_sandbox: RunningSandbox, page: Any, site: Any, button: str, ends: str
) -> None:
    intent = open_shop(page, site, ace_sandbox, call=CARD, kind="card")
    type_card(page, "4000002500003155")
    page.evaluate("void pay()")
    page.frame_locator("dialog iframe").get_by_role("button", name=button).click()
    assert (result(page).keys(), status(ace_sandbox, intent)) == (
        {"succeeded": {"paymentIntent"}, "requires_payment_method": {"error"}}[ends],
        ends,
    )


def test_three_d_secure_by_redirect(ace_sandbox: RunningSandbox, page: Any, site: Any) -> None:
    intent = open_shop(page, site, ace_sandbox, call=LEAVES)
    type_card(page, "4000002500003155")
    page.evaluate("void pay()")
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{site.url}/back?*")
    assert "redirect_status=succeeded" in page.url
    assert status(ace_sandbox, intent) == "succeeded"
