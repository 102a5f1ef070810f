"""Stripe's twin: its table of states, its objects, its browser routes, its console."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.stripe.sandbox import objects
from ace_integrations.payments.stripe.sandbox.cards import BY_NUMBER, CARDS, looks_like_a_card
from ace_integrations.payments.stripe.sandbox.http import (
    Json,
    RefusedError,
    check_names,
    expand,
    flag,
    metadata_of,
    page_of,
    read_form,
    search,
    whole,
)
from ace_integrations.payments.stripe.sandbox.state import TRANSITIONS, Books
from ace_integrations.payments.stripe.settings import SANDBOX_PUBLISHABLE_KEY, SANDBOX_SECRET_KEY
from ace_integrations.sandbox import RunningSandbox

STATUSES = [
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
]


class World:
    def __init__(self) -> None:
        self.events: list[str] = []
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.books = Books(
            now=lambda: 1_764_000_000,
            emit=lambda kind, about, previous: self.events.append(kind),
            later=lambda delay, act: self.due.append((delay, act)),
            url="http://127.0.0.1:1/stripe",
            hide=lambda secret: None,
        )

    def intent(self, **params: Any) -> Json:
        return self.books.create({"amount": "100000", "currency": "egp", **params})

    def confirm(self, intent: Json, method: str | None = "pm_card_visa", **options: Any) -> Json:
        return self.books.confirm(
            intent, method=method, **{"return_url": "http://x/", "off_session": False, "by_script": False, **options}
        )


STEPS: dict[str, Callable[[World, Json], Any]] = {
    "confirm": lambda world, intent: world.confirm(intent),
    "capture": lambda world, intent: world.books.capture(intent, {}),
    "cancel": lambda world, intent: world.books.cancel(intent, None),
    "update": lambda world, intent: world.books.update(intent, {"amount": "5000"}),
    "process": lambda world, intent: world.books.process(intent),
    "settle": lambda world, intent: world.books.settle(intent, paid=True),
}


def in_status(world: World, status: str) -> Json:
    intent = world.intent(capture_method="manual" if status == "requires_capture" else "automatic_async")
    reach: dict[str, Callable[[], Any]] = {
        "requires_payment_method": lambda: intent,
        "requires_confirmation": lambda: world.books.update(intent, {"payment_method": "pm_card_visa"}),
        "requires_action": lambda: world.confirm(intent, "pm_card_authenticationRequired"),
        "processing": lambda: world.books.process(intent),
        "requires_capture": lambda: world.confirm(intent),
        "succeeded": lambda: world.confirm(intent),
        "canceled": lambda: world.books.cancel(intent, None),
    }
    reach[status]()
    assert intent["status"] == status
    return intent


ALLOWED = [(step, status) for step, froms in TRANSITIONS.items() for status in sorted(froms)]
FORBIDDEN = [(step, status) for step in TRANSITIONS for status in STATUSES if status not in TRANSITIONS[step]]


@pytest.mark.parametrize(("step", "status"), ALLOWED)
def test_an_allowed_step_is_taken(step: str, status: str) -> None:
    world = World()
    STEPS[step](world, in_status(world, status))


@pytest.mark.parametrize(("step", "status"), FORBIDDEN)
def test_a_forbidden_step_is_refused_with_the_whole_intent(step: str, status: str) -> None:
    world = World()
    intent = in_status(world, status)
    with pytest.raises(RefusedError) as caught:
        STEPS[step](world, intent)
    assert (caught.value.status, caught.value.error["code"]) == (400, "payment_intent_unexpected_state")
    assert (caught.value.error["payment_intent"]["id"], intent["status"]) == (intent["id"], status)


@pytest.mark.parametrize(
    ("do", "events"),
    [
        (lambda world, intent: world.confirm(intent), ["charge.succeeded", "payment_intent.succeeded"]),
        (
            lambda world, intent: world.confirm(intent, "pm_card_threeDSecure2Required"),
            ["payment_intent.requires_action"],
        ),
        (lambda world, intent: world.books.cancel(intent, None), ["payment_intent.canceled"]),
    ],
)
def test_events_come_in_stripes_order(do: Callable[[World, Json], Any], events: list[str]) -> None:
    world = World()
    do(world, world.intent())
    assert world.events == ["payment_intent.created", *events]


def test_a_slow_payment_may_fail() -> None:
    world = World()
    intent = world.books.process(world.intent())
    assert world.books.settle(intent, paid=False)["status"] == "requires_payment_method"
    assert world.events[-2:] == ["charge.failed", "payment_intent.payment_failed"]


@pytest.mark.parametrize(("passed", "status"), [(True, "requires_payment_method"), (False, "requires_payment_method")])
def test_a_card_may_be_refused_after_three_d_secure(passed: bool, status: str) -> None:
    world = World()
    card = world.books.add_method(BY_NUMBER["4000008400001629"])
    world.confirm(world.intent(), card["id"])
    intent = world.books.authenticate(next(iter(world.books.authentications)), passed=passed)
    codes = {True: "card_declined", False: "payment_intent_authentication_failure"}
    assert (intent["status"], intent["last_payment_error"]["code"]) == (status, codes[passed])


def test_every_test_card_has_a_good_check_digit() -> None:
    assert all(looks_like_a_card(card.number) for card in CARDS)
    assert not any(looks_like_a_card(number) for number in ("4242424242424241", "42", "x" * 16, "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"))


def test_forms_are_read_as_stripe_reads_them() -> None:
    assert read_form("a=1&b[c]=2&b[d][e]=%D8%AF+x&f[]=3&f[]=4&g[0]=5&g[1]=6&h=") == {
        "a": "1",
        "b": {"c": "2", "d": {"e": "د x"}},
        "f": ["3", "4"],
        "g": ["5", "6"],
        "h": "",
    }
    with pytest.raises(RefusedError):
        read_form("a=1&a[b]=2")


ITEMS: list[Json] = [
    {
        "id": f"pi_{number}",
        "status": "succeeded",
        "amount": number * 100,
        "currency": "egp",
        "metadata": {"n": str(number)},
    }
    for number in range(5, 0, -1)
]


@pytest.mark.parametrize(
    ("params", "ids", "more"),
    [
        ({}, [5, 4, 3, 2, 1], False),
        ({"limit": "2"}, [5, 4], True),
        ({"limit": "2", "starting_after": "pi_4"}, [3, 2], True),
        ({"starting_after": "pi_1"}, [], False),
        ({"limit": "2", "ending_before": "pi_2"}, [4, 3], True),
        ({"ending_before": "pi_4"}, [5], False),
    ],
)
def test_lists_are_cut_at_cursors(params: dict[str, str], ids: list[int], more: bool) -> None:
    page = page_of(ITEMS, params, "/v1/x")
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([f"pi_{each}" for each in ids], more)


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"starting_after": "pi_9"}])
def test_bad_cursors_are_refused(params: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        page_of(ITEMS, params, "/v1/x")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("metadata['n']:'3'", [3]),
        ('metadata["n"]:"3" AND status:"succeeded"', [3]),
        ("amount>300", [5, 4]),
        ("amount>=300 and amount<500", [4, 3]),
        ("amount<=100", [1]),
        ("currency:'EGP' AND metadata['n']:'9'", []),
    ],
)
def test_search_understands_terms(query: str, ids: list[int]) -> None:
    assert [each["id"] for each in search(ITEMS, {"query": query}, "/")["data"]] == [f"pi_{each}" for each in ids]


@pytest.mark.parametrize("query", ["", "x", "metadata['n']", "colour:'red'", "amount>1 OR amount<2", "status:'x' AND"])
def test_search_refuses_what_it_cannot_read(query: str) -> None:
    with pytest.raises(RefusedError):
        search(ITEMS, {"query": query}, "/")


def test_expansion_opens_ids_lists_and_nothing_else() -> None:
    held = {"ch_1": {"id": "ch_1", "balance_transaction": "txn_1"}, "txn_1": {"id": "txn_1"}}
    find = lambda field, each: held[each]  # noqa: E731
    value = {"id": "pi_1", "latest_charge": "ch_1", "data": [{"id": "pi_2", "latest_charge": None}]}
    opened = expand(value, ["latest_charge.balance_transaction", "data.latest_charge", "latest_charge"], find)
    assert opened["latest_charge"]["balance_transaction"] == {"id": "txn_1"}
    assert (opened["data"][0]["latest_charge"], value["latest_charge"]) == (None, "ch_1")
    for path in ("nothing", "a.b.c.d.e.f"):
        with pytest.raises(RefusedError):
            expand(value, [path], find)


def test_parameters_are_checked_by_type() -> None:
    for check in (
        lambda: whole({"a": "1.5"}, "a"),
        lambda: whole({}, "a"),
        lambda: flag({"a": "yes"}, "a"),
        lambda: check_names({"b": 1}, ["a"]),
        lambda: metadata_of({"metadata": "x"}),
        lambda: metadata_of({"metadata": {"a" * 41: "x"}}),
    ):
        with pytest.raises(RefusedError):
            check()
    assert metadata_of({"metadata": {"a": "", "b": "2"}}, {"a": "1", "c": "3"}) == {"b": "2", "c": "3"}


FIXTURES = next(
    (
        place / "shared/specs/stripe-fixtures3.json"
        for place in Path(__file__).resolve().parents
        if (place / "shared/specs/stripe-fixtures3.json").is_file()
    ),
    None,
)


@pytest.mark.skipif(FIXTURES is None, reason="Stripe's own examples lie beside the repository on some machines only")
@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("payment_intent", {"source", "managed_payments"}),
        ("charge", {"source", "level3", "refunds"}),
        ("refund", set()),
        ("dispute", set()),
        ("webhook_endpoint", set()),
        ("event", set()),
        ("payment_method", set()),
        ("balance_transaction", set()),
    ],
)
def test_objects_have_the_fields_of_stripes_own_examples(name: str, left_out: set[str]) -> None:
    world = World()
    intent = world.confirm(world.intent())
    charge = world.books.charges[intent["latest_charge"]]
    refund = world.books.refund({"payment_intent": intent["id"]})
    ours = {
        "payment_intent": intent,
        "charge": charge,
        "refund": refund,
        "dispute": objects.dispute(charge, reason="general", inquiry=False, now=1),
        "webhook_endpoint": objects.endpoint({"url": "x"}, events=["*"], metadata={}, now=1),
        "event": objects.event("x", intent, None, version="x", request={}, now=1),
        "payment_method": world.books.methods[intent["payment_method"]],
        "balance_transaction": next(iter(world.books.transactions.values())),
    }[name]
    theirs = json.loads(FIXTURES.read_text())["resources"][name]  # type: ignore[union-attr]
    shared = theirs.keys() & ours.keys()
    assert theirs.keys() - ours.keys() <= left_out
    both = [each for each in shared if theirs[each] is not None and ours[each] is not None]
    assert [each for each in both if type(theirs[each]) is not type(ours[each])] == []


class Browser:
    """What a page on this machine can send."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.base = f"{sandbox.url}/stripe"
        self.origin = {"origin": "http://127.0.0.1:8000"}

    def post(self, path: str, key: str = SANDBOX_PUBLISHABLE_KEY, **fields: str) -> httpx.Response:
        headers = {**self.origin, "authorization": f"Bearer {key}"}
        return httpx.post(f"{self.base}{path}", headers=headers, data=fields)


@pytest.fixture
def browser(ace_sandbox: RunningSandbox) -> Browser:
    return Browser(ace_sandbox)


@pytest.fixture
def intent(ace_sandbox: RunningSandbox) -> Json:
    answer = httpx.post(
        f"{ace_sandbox.url}/stripe/v1/payment_intents",
        auth=(SANDBOX_SECRET_KEY, ""),
        data={"amount": "100000", "currency": "egp", "metadata[payment_id]": "7"},
    )
    created: Json = answer.json()
    return created


def test_a_browser_pays_with_a_card_that_only_the_twin_sees(browser: Browser, intent: Json) -> None:
    method = browser.post(
        "/v1/payment_methods", type="card", **{"card[number]": "4242 4242 4242 4242", "billing_details[name]": "A"}
    )
    paid = browser.post(
        f"/v1/payment_intents/{intent['id']}/confirm",
        client_secret=intent["client_secret"],
        payment_method=method.json()["id"],
        use_stripe_sdk="true",
    )
    assert (method.json()["card"]["last4"], "number" in method.text) == ("4242", False)
    assert (paid.json()["status"], "metadata" in paid.json()) == ("succeeded", False)
    assert paid.headers["access-control-allow-origin"] == browser.origin["origin"]


def test_a_preflight_is_answered_for_pages_of_this_machine_only(browser: Browser) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    ours = httpx.options(f"{browser.base}/v1/payment_methods", headers={**browser.origin, **asked})
    theirs = httpx.options(f"{browser.base}/v1/payment_methods", headers={"origin": "https://evil.example", **asked})
    assert (ours.status_code, theirs.status_code) == (204, 403)
    assert "authorization" in ours.headers["access-control-allow-headers"]


@pytest.mark.parametrize("secret", ["", "pi_1_secret_x", "é"])
def test_a_browser_needs_the_client_secret(browser: Browser, intent: Json, secret: str) -> None:
    answer = browser.post(f"/v1/payment_intents/{intent['id']}/confirm", client_secret=secret)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "client_secret")


def test_a_browser_may_do_nothing_else(browser: Browser) -> None:
    for path in ("/v1/refunds", "/v1/payment_intents", "/v1/webhook_endpoints"):
        assert browser.post(path).json()["error"]["code"] == "secret_key_required"


@pytest.mark.parametrize(
    ("number", "code"), [("4111111111111111", "card_declined"), ("4242424242424241", "incorrect_number")]
)
def test_a_real_card_number_is_refused(browser: Browser, number: str, code: str) -> None:
    answer = browser.post("/v1/payment_methods", type="card", **{"card[number]": number})
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, code)


def test_a_card_number_with_a_secret_key_is_refused(ace_sandbox: RunningSandbox, browser: Browser) -> None:
    answer = browser.post(
        "/v1/payment_methods", key=SANDBOX_SECRET_KEY, type="card", **{"card[number]": "4242424242424242"}
    )
    journal = json.dumps(ace_sandbox.control.journal(provider="stripe", kind="call"))
    assert answer.status_code == 402
    assert not any(secret in journal for secret in ("4242424242424242", SANDBOX_SECRET_KEY))


def test_no_secret_of_the_twin_is_in_its_journal(ace_sandbox: RunningSandbox, browser: Browser, intent: Json) -> None:
    browser.post(f"/v1/payment_intents/{intent['id']}/confirm", client_secret=intent["client_secret"])
    journal = json.dumps(ace_sandbox.control.journal(provider="stripe", kind="call"))
    assert intent["client_secret"].split("_secret_")[1] not in journal


@pytest.mark.parametrize("path", ["/v3/stripe.js", "/endive/stripe.js", "/elements.js", "/elements.css", "/done.js"])
def test_the_browsers_files_are_served(browser: Browser, path: str) -> None:
    assert httpx.get(f"{browser.base}{path}").status_code == 200


@pytest.mark.parametrize(("locale", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_card_fields_have_labels_in_both_languages(browser: Browser, locale: str, direction: str) -> None:
    page = httpx.get(f"{browser.base}/elements?locale={locale}")
    assert f'<html lang="{locale}" dir="{direction}">' in page.text
    assert all(f'<label for="{name}">' in page.text for name in ("number", "expiry", "cvc"))
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "onclick" not in page.text


def test_the_page_of_three_d_secure_says_what_is_paid(browser: Browser, intent: Json) -> None:
    asked = browser.post(
        f"/v1/payment_intents/{intent['id']}/confirm",
        client_secret=intent["client_secret"],
        payment_method="pm_card_threeDSecure2Required",
        use_stripe_sdk="true",
    ).json()
    url = asked["next_action"]["use_stripe_sdk"]["stripe_js"]
    page = httpx.get(url, headers={"accept-language": "ar"})
    done = httpx.post(url, data={"outcome": "complete"})
    assert ("1000.00 EGP" in page.text, 'lang="ar"' in page.text, "done.js" in done.text) == (True, True, True)
    assert httpx.get(f"{browser.base}/authenticate/none").status_code == 410


def test_the_console_shows_a_payment_and_what_can_be_done(ace_sandbox: RunningSandbox, intent: Json) -> None:
    twin: Any = ace_sandbox.sandbox.twins["stripe"]  # type: ignore[union-attr]
    control = ace_sandbox.control
    badges = [twin.items()[0].badge.word]
    control.post(f"stripe/payment_intents/{intent['id']}/process")
    badges.append(twin.items()[0].badge.word)
    control.post(f"stripe/payment_intents/{intent['id']}/settle", outcome="paid")
    badges.append(twin.items()[0].badge.word)
    detail = twin.detail(intent["id"])
    dispute = control.post(f"stripe/payment_intents/{intent['id']}/dispute")
    badges.append(twin.items()[0].badge.word)
    control.post(f"stripe/disputes/{dispute['id']}/close", outcome="lost")
    assert badges == ["Created", "Processing", "Paid", "Disputed"]
    assert ("payment_id", "7") in detail.facts
    assert [action.label for action in detail.actions] == ["Refund", "Dispute"]
    assert intent["client_secret"] not in json.dumps(detail.payload)
    assert [step.word for step in detail.steps][-1] == "payment_intent.succeeded"
    assert twin.detail("pi_none") is None


def test_reset_leaves_nothing(ace_sandbox: RunningSandbox, intent: Json) -> None:
    ace_sandbox.control.reset()
    twin: Any = ace_sandbox.sandbox.twins["stripe"]  # type: ignore[union-attr]
    assert (twin.items(), twin.events.all, twin.detail(intent["id"])) == ([], {}, None)


@pytest.mark.parametrize("path", ["payment_intents/pi_none/refund", "disputes/du_none/close", "events/evt_none/resend"])
def test_a_control_of_nothing_is_refused(ace_sandbox: RunningSandbox, path: str) -> None:
    with pytest.raises(InvalidInputError, match=r"refused .*[Nn]o such"):
        ace_sandbox.control.post(f"stripe/{path}")


def paid(world: World, method: str = "pm_card_visa", **params: Any) -> Json:
    return world.confirm(world.intent(**params), method)


REFUSALS: dict[str, tuple[Callable[[World], Any], str | None, str | None]] = {
    "no currency": (lambda world: world.books.create({"amount": "100"}), "parameter_missing", "currency"),
    "odd currency": (lambda world: world.intent(currency="e1p"), None, "currency"),
    "nine digits": (lambda world: world.intent(amount="100000000"), "amount_too_large", "amount"),
    "no method": (lambda world: world.confirm(world.intent(), None), "payment_intent_unexpected_state", None),
    "unknown method": (lambda world: world.confirm(world.intent(), "pm_x"), "resource_missing", "payment_method"),
    "no way back": (lambda world: world.confirm(world.intent(), return_url=None), None, "return_url"),
    "captured too much": (
        lambda world: world.books.capture(paid(world, capture_method="manual"), {"amount_to_capture": "100001"}),
        "amount_too_large",
        "amount_to_capture",
    ),
    "refund of nothing": (lambda world: world.books.refund({}), None, None),
    "refund of an unknown charge": (lambda world: world.books.refund({"charge": "ch_x"}), "resource_missing", "charge"),
    "refund of an unknown payment": (
        lambda world: world.books.refund({"payment_intent": "pi_x"}),
        "resource_missing",
        "payment_intent",
    ),
    "refund before payment": (lambda world: world.books.refund({"payment_intent": world.intent()["id"]}), None, None),
    "refund of a reservation": (
        lambda world: world.books.refund({"payment_intent": paid(world, capture_method="manual")["id"]}),
        None,
        None,
    ),
    "refund of too much": (
        lambda world: world.books.refund({"payment_intent": paid(world)["id"], "amount": "100001"}),
        None,
        "amount",
    ),
    "refund while disputed": (
        lambda world: world.books.refund({"payment_intent": paid(world, "pm_card_createDispute")["id"]}),
        "charge_disputed",
        None,
    ),
    "odd evidence": (
        lambda world: world.books.answer_dispute(disputed(world), {"colour": "red"}, submit=True),
        "parameter_unknown",
        "evidence",
    ),
    "evidence too late": (
        lambda world: world.books.answer_dispute(
            world.books.close_dispute(disputed(world), won=True), {"uncategorized_text": "x"}, submit=True
        ),
        None,
        None,
    ),
}


def disputed(world: World, method: str = "pm_card_createDispute") -> Json:
    paid(world, method)
    return next(iter(world.books.disputes.values()))


@pytest.mark.parametrize(("do", "code", "param"), REFUSALS.values(), ids=REFUSALS)
def test_what_stripe_refuses_is_refused(do: Callable[[World], Any], code: str | None, param: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        do(World())
    assert (caught.value.error.get("code"), caught.value.error.get("param")) == (code, param)


def test_an_inquiry_takes_no_money_and_may_be_refunded() -> None:
    world = World()
    dispute = disputed(world, "pm_card_createDisputeInquiry")
    world.books.answer_dispute(dispute, {"product_description": "a course"}, submit=False)
    draft = dispute["status"]
    world.books.answer_dispute(dispute, {"product_description": "a course"}, submit=True)
    refund = world.books.refund({"charge": dispute["charge"]})
    closed = world.books.close_dispute(dispute, won=True)
    assert (draft, closed["status"], refund["status"]) == ("warning_needs_response", "warning_closed", "succeeded")
    assert "charge.dispute.funds_withdrawn" not in world.events


def test_labels_change_after_payment_and_the_amount_does_not() -> None:
    world = World()
    intent = paid(world)
    changed = world.books.update(intent, {"description": "x", "receipt_email": "", "metadata": {"a": "1"}})
    assert (changed["description"], changed["receipt_email"], changed["metadata"]) == ("x", None, {"a": "1"})


def test_an_endpoint_can_be_changed_and_switched_off(ace_sandbox: RunningSandbox) -> None:
    base, auth = f"{ace_sandbox.url}/stripe/v1/webhook_endpoints", (SANDBOX_SECRET_KEY, "")
    url = "http://127.0.0.1:9/hook"
    made = httpx.post(base, auth=auth, data={"url": url, "enabled_events[]": "*"}).json()
    changed = httpx.post(
        f"{base}/{made['id']}",
        auth=auth,
        data={"url": f"{url}2", "enabled_events[0]": "refund.failed", "disabled": "true", "metadata[a]": "1"},
    ).json()
    read = httpx.get(f"{base}/{made['id']}", auth=auth).json()
    assert (changed["url"], changed["enabled_events"], changed["status"]) == (f"{url}2", ["refund.failed"], "disabled")
    assert (read, "secret" in read, made["secret"][:6]) == (changed, False, "whsec_")


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://example.com/hook", "enabled_events[]": "*"},
        {"url": "http://127.0.0.1:9/"},
        {"enabled_events[]": "*"},
        {"url": "http://127.0.0.1:9/", "enabled_events": "*"},
    ],
    ids=["another machine", "no events", "no address", "no list"],
)
def test_an_endpoint_that_cannot_be_is_refused(ace_sandbox: RunningSandbox, fields: dict[str, str]) -> None:
    base = f"{ace_sandbox.url}/stripe/v1/webhook_endpoints"
    assert httpx.post(base, auth=(SANDBOX_SECRET_KEY, ""), data=fields).status_code == 400


@pytest.mark.parametrize("header", ["Basic !!!", "Digest x", "Bearer "])
def test_a_key_that_cannot_be_read_is_none(ace_sandbox: RunningSandbox, header: str) -> None:
    answer = httpx.get(f"{ace_sandbox.url}/stripe/v1/balance", headers={"authorization": header.strip()})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Stripe"')


def test_a_version_that_never_was_is_refused(ace_sandbox: RunningSandbox) -> None:
    headers = {"authorization": f"Bearer {SANDBOX_SECRET_KEY}", "stripe-version": "yesterday"}
    assert httpx.get(f"{ace_sandbox.url}/stripe/v1/balance", headers=headers).status_code == 400
