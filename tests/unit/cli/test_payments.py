"""`ace payments`: books held against the gateways, fees, disputes."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from examples.fastapi_platform.database import open_engine, prepare

from ace_integrations import Ace, Settings
from ace_integrations.payments import Checkout, Money, PaymentOrder, StoredPayment, Stripe
from ace_integrations.sandbox import RunningSandbox

Run = Callable[..., subprocess.CompletedProcess[str]]


def _paid_at_the_twin(sandbox: RunningSandbox, reference: str) -> StoredPayment:
    with Ace(Settings(sandbox_url=sandbox.url)) as front:
        order = PaymentOrder(reference=reference, amount=Money.of(100, "EGP"))
        stored = StoredPayment.opened(order, front.payments.start(order), user="9", course="42")
        front.client(Stripe).confirm_payment_intent(
            payment_intent_id=stored.gateway_id,
            payment_method="pm_card_visa",
            return_url="https://shop.example.com/",
            idempotency_key=f"confirm:{reference}",
        )
        return Checkout().apply(stored, front.payments.report(gateway_id=stored.gateway_id)).payment


def test_books_that_differ_from_the_gateways_end_with_1(ace: Run, ace_sandbox: RunningSandbox, tmp_path: Path) -> None:
    known, unheard = (_paid_at_the_twin(ace_sandbox, reference) for reference in ("1", "2"))
    books = tmp_path / "books.jsonl"
    books.write_text(f"{known.model_dump_json()}\n")
    done = ace("payments", "reconcile", "--books", str(books))
    assert (done.returncode, done.stdout.split("\t")[:2]) == (1, ["stripe", unheard.gateway_id])
    books.write_text(f"{known.model_dump_json()}\n{unheard.model_dump_json()}\n")
    done = ace("payments", "reconcile", "--books", str(books))
    assert (done.returncode, done.stdout) == (0, "Your books and the gateways agree.\n")


def test_books_may_be_a_function_of_the_platform(ace: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/platform.sqlite3")
    asyncio.run(_prepared(os.environ["DATABASE_URL"]))
    where = "examples.fastapi_platform.books:changed_since"
    assert json.loads(ace("payments", "reconcile", "--books", where, "--json").stdout) == []
    wrong = ace("payments", "reconcile", "--books", where, "--since", "yesterday")
    assert (wrong.returncode, "as in 1d" in wrong.stderr) == (2, True)


async def _prepared(url: str) -> None:
    engine = open_engine(url)
    await prepare(engine)
    await engine.dispose()


def test_fees_are_estimated_for_each_gateway(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_PAYMENTS", "stripe,paypal")
    rows = json.loads(ace("payments", "fees", "20.00", "--currency", "USD", "--json").stdout)
    assert {row["gateway"]: row["fee"] for row in rows} == {"stripe": "0.88", "paypal": "1.37"}


def test_disputes_of_a_payment_are_listed(ace: Run, ace_sandbox: RunningSandbox) -> None:
    paid = _paid_at_the_twin(ace_sandbox, "7")
    assert ace("payments", "disputes", paid.gateway_id).stdout == "Nothing found.\n"
    ace_sandbox.control.post(f"stripe/payment_intents/{paid.gateway_id}/dispute")
    (dispute,) = json.loads(ace("payments", "disputes", paid.gateway_id, "--json").stdout)
    assert (dispute["state"], dispute["gateway_id"]) == ("open", paid.gateway_id)
