"""The stand-ins for PayPal's browser scripts in a real browser, on a platform's page of another port."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.paypal_shop import Shop, order, unit, wallet

pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.needs_browser

HEAD = """<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><main><h1>Shop</h1>
<div id="place"></div><p id="result"></p></main><script>
const told = [];
const tell = (name, value) => {{
  told.push([name, value]);
  document.getElementById("result").textContent = JSON.stringify(told);
}};
</script><script src="{script}"></script>"""

V6 = """<script>
const handlers = {{
  onApprove: (data) => tell("approved", data),
  onCancel: (data) => tell("canceled", data),
  onError: (error) => tell("failed", error.message),
}};
const ready = paypal.createInstance({{ clientId: "sandbox-paypal-client-id", components: ["paypal-payments"] }})
  .then(async (sdk) => {{
    const methods = await sdk.findEligibleMethods({{ currencyCode: "USD" }});
    const session = sdk.createPayPalOneTimePaymentSession(handlers);
    if (session.hasReturned()) await session.resume();
    const button = document.createElement("paypal-button");
    button.hidden = !methods.isEligible("paypal");
    button.addEventListener("click", () => session.start({options}, {order}));
    document.getElementById("place").append(button);
  }});
</script></html>"""

V5 = """<script>
paypal.Buttons({{
  createOrder: async () => {order},
  onApprove: async (data, actions) => {{
    tell("approved", data);
    if (told.length === 1 && {restart}) await actions.restart();
  }},
  onCancel: (data) => tell("canceled", data),
  onError: (error) => tell("failed", error.message),
}}).render("#place");
</script></html>"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert wrong == []


def result(page: Any, count: int = 1) -> list[list[Any]]:
    page.wait_for_function(f"told.length >= {count}")
    told: list[list[Any]] = json.loads(page.locator("#result").text_content())
    return told


def open_v6(page: Any, site: Any, shop: Shop, order_text: str, **options: Any) -> None:
    head = HEAD.format(script=f"{shop.url}/web-sdk/v6/core")
    site.html = head + V6.format(options=json.dumps(options), order=order_text)
    page.goto(site.url)
    page.locator("paypal-button").wait_for()


def open_v5(page: Any, site: Any, shop: Shop, order_text: str, *, restart: str = "false") -> None:
    head = HEAD.format(script=f"{shop.url}/sdk/js?client-id=sandbox-paypal-client-id&currency=USD")
    site.html = head + V5.format(order=order_text, restart=restart)
    page.goto(site.url)
    page.locator("#place button").wait_for()


def click_in_popup(page: Any, selector: str, button: str) -> None:
    with page.expect_popup() as opened:
        page.locator(selector).click()
    popup = opened.value
    with popup.expect_event("close"):
        popup.get_by_role("button", name=button, exact=True).click()


APPROVE, CANCEL, DECLINE = "Approve and continue", "Cancel and go back", "Approve, then let the bank decline"


@pytest.mark.parametrize("order_text", ["Promise.resolve({made})", "() => Promise.resolve({made})"])
def test_v6_approves_in_a_window(page: Any, site: Any, shop: Shop, order_text: str) -> None:
    held = shop.create()
    made = json.dumps({"orderId": held["id"]})
    open_v6(page, site, shop, order_text.replace("{made}", made), presentationMode="auto")
    click_in_popup(page, "paypal-button", APPROVE)
    data = {"orderId": held["id"], "payerId": "QYR5Z8XDVJNXQ", "fundingSource": "paypal"}
    assert result(page) == [["approved", data]]
    assert shop.capture(held["id"]).status_code == 201


def test_v6_stays_in_the_window_although_the_order_has_addresses(page: Any, site: Any, shop: Shop) -> None:
    held = shop.ask("POST", "/v2/checkout/orders", key="k", json=order(payment_source=wallet())).json()
    open_v6(page, site, shop, f'Promise.resolve({{ orderId: "{held["id"]}" }})', presentationMode="popup")
    click_in_popup(page, "paypal-button", DECLINE)
    assert result(page)[0][0] == "approved"
    assert shop.capture(held["id"]).status_code == 422


def test_v6_is_canceled_in_a_window(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create()
    open_v6(page, site, shop, f'Promise.resolve({{ orderId: "{held["id"]}" }})', presentationMode="popup")
    click_in_popup(page, "paypal-button", CANCEL)
    assert result(page) == [["canceled", {"orderId": held["id"]}]]


def test_v6_takes_a_closed_window_for_canceling(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create()
    open_v6(page, site, shop, f'Promise.resolve({{ orderId: "{held["id"]}" }})', presentationMode="popup")
    with page.expect_popup() as opened:
        page.locator("paypal-button").click()
    opened.value.get_by_role("button", name=CANCEL).wait_for()
    opened.value.close()
    assert result(page) == [["canceled", {"orderId": held["id"]}]]


def test_v6_approves_over_the_page(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create()
    open_v6(page, site, shop, f'Promise.resolve({{ orderId: "{held["id"]}" }})', presentationMode="modal")
    page.locator("paypal-button").click()
    page.frame_locator("dialog iframe").get_by_role("button", name=APPROVE).click()
    assert result(page)[0][0] == "approved"
    assert page.locator("dialog").count() == 0


@pytest.mark.parametrize(("button", "name"), [(APPROVE, "approved"), (CANCEL, "canceled")])
def test_v6_leaves_and_resumes_where_the_buyer_comes_back(
    page: Any, site: Any, shop: Shop, button: str, name: str
) -> None:
    places = {"return_url": f"{site.url}/back", "cancel_url": f"{site.url}/cancel"}
    body = order(payment_source=wallet(**places))
    held = shop.ask("POST", "/v2/checkout/orders", key="k", json=body).json()
    open_v6(page, site, shop, f'Promise.resolve({{ orderId: "{held["id"]}" }})', presentationMode="redirect")
    page.locator("paypal-button").click()
    page.get_by_role("button", name=button, exact=True).click()
    ((told, data),) = result(page)
    assert (told, data["orderId"], page.url.startswith(site.url)) == (name, held["id"], True)
    page.reload()
    page.locator("paypal-button").wait_for()
    assert page.evaluate("told") == []


def test_v6_gives_the_address_when_the_page_wants_to_leave_by_itself(page: Any, site: Any, shop: Shop) -> None:
    open_v6(page, site, shop, "undefined")
    given = page.evaluate(
        """async () => {
          const sdk = await paypal.createInstance({ clientId: "sandbox-paypal-client-id" });
          const options = { presentationMode: "redirect", autoRedirect: { enabled: false } };
          return sdk.createPayPalOneTimePaymentSession({}).start(options, Promise.resolve({ orderId: "X1" }));
        }"""
    )
    assert given == {"redirectURL": f"{shop.url}/checkoutnow?token=X1"}


@pytest.mark.parametrize("order_text", ["Promise.reject(new Error('no order'))", "Promise.resolve({})"])
def test_v6_says_when_no_order_came(page: Any, site: Any, shop: Shop, order_text: str) -> None:
    open_v6(page, site, shop, f"() => {order_text}", presentationMode="modal")
    page.locator("paypal-button").click()
    ((name, message),) = result(page)
    assert (name, "order" in message) == ("failed", True)


@pytest.mark.parametrize(
    "options", [{"clientId": "AZreal"}, {"clientId": "sandbox-paypal-client-id", "components": ["card-fields"]}]
)
def test_v6_refuses_another_client_and_what_it_has_not(page: Any, site: Any, shop: Shop, options: Any) -> None:
    open_v6(page, site, shop, "undefined")
    refused = page.evaluate("(options) => paypal.createInstance(options).then(() => '', String)", options)
    assert "the sandbox" in refused


@pytest.mark.parametrize(("lang", "scheme", "width"), [("en", "light", 1280), ("ar", "dark", 320)])
def test_each_state_of_the_approval_page_is_accessible(
    chromium: Any, axe_path: Path, shop: Shop, lang: str, scheme: Any, width: int
) -> None:
    paid = shop.approved()["id"]
    shop.capture(paid)
    open_order = shop.create(unit("149.00", description="Course 42"))["id"]
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for token in (open_order, paid, "NOTHING"):
        page.goto(f"{shop.url}/checkoutnow?token={token}&lang={lang}")
        assert violations(page, axe_path) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{shop.url}/checkoutnow?token={open_order}&lang={lang}")
    page.locator("button[value=approve]").click()
    page.wait_for_function("!document.querySelector('#decision')")
    assert violations(page, axe_path) == []
    context.close()


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, axe_path: Path) -> list[str]:
    page.evaluate(axe_path.read_text())
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def test_v5_approves_in_a_window(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create(unit("149.00"))
    open_v5(page, site, shop, f'"{held["id"]}"')
    click_in_popup(page, "#place button", APPROVE)
    data = {"orderID": held["id"], "payerID": "QYR5Z8XDVJNXQ", "paymentSource": "paypal"}
    assert result(page) == [["approved", data]]
    assert shop.capture(held["id"]).status_code == 201


def test_v5_is_canceled_in_a_window(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create()
    open_v5(page, site, shop, f'"{held["id"]}"')
    click_in_popup(page, "#place button", CANCEL)
    assert result(page)[0][0] == "canceled"


def test_v5_lets_the_buyer_choose_again_after_a_decline(page: Any, site: Any, shop: Shop) -> None:
    held = shop.create()
    open_v5(page, site, shop, f'"{held["id"]}"', restart="true")
    click_in_popup(page, "#place button", DECLINE)
    page.wait_for_function("told.length === 1")
    again = page.context.pages[-1] if len(page.context.pages) > 1 else page.context.wait_for_event("page")
    refused = shop.capture(held["id"])
    again.get_by_role("button", name=APPROVE, exact=True).click()
    told = result(page, 2)
    assert [name for name, _ in told] == ["approved", "approved"]
    assert {data["orderID"] for _, data in told} == {held["id"]}
    assert (refused.status_code, shop.capture(held["id"]).status_code) == (422, 201)


def test_v5_says_when_no_order_came(page: Any, site: Any, shop: Shop) -> None:
    open_v5(page, site, shop, 'Promise.reject(new Error("no order"))')
    page.locator("#place button").click()
    assert result(page) == [["failed", "no order"]]
