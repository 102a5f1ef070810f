"""A person with data at every service: all of it is exported, all of it is erased but what the report says stays."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import sessionmaker
from tests.unit.privacy.conftest import Asking
from tests.unit.privacy.lina import EMAIL, NAME, OTHER_EMAIL, OTHER_USER, SERVICES, USER, Lives, settings

from ace_integrations import Ace
from ace_integrations.contrib.sqlalchemy import SqlErasures, erasure_table
from ace_integrations.privacy import Outcome
from ace_integrations.privacy.ledger import is_complete

KEPT = {
    # Mails and their events, the wish to get none.
    ("mailgun", EMAIL),
    ("mailgun", NAME),
    # What was asked.
    ("gemini", EMAIL),
    ("gemini", NAME),
    # Payments, by the platform's own reference.
    ("stripe", USER),
    ("paypal", USER),
}
REMEMBERED = {("stripe", EMAIL), ("stripe", NAME)}
"""What tells of a customer: answers for a day, events for thirty."""


async def test_every_service_gives_what_it_holds(lives: Lives, ask: Asking) -> None:
    report = await ask("export", lives.subject)
    found = Counter((record.source, record.kind) for record in report.records)
    events = found.pop(("mailgun", "mail event"))
    assert events >= 4
    assert found == {
        ("didit", "identity check"): 1,
        ("mailgun", "stored mail"): 2,
        ("mailgun", "bounce"): 1,
        ("mailgun", "complaint"): 1,
        ("mailgun", "unsubscribe"): 1,
        ("mailgun", "allowlist entry"): 1,
        ("stripe", "payment"): 1,
        ("stripe", "customer"): 1,
        ("paypal", "payment"): 1,
        ("agora", "presence"): 1,
        ("pusher", "presence"): 1,
    }
    assert report.is_complete
    text = report.model_dump_json()
    assert OTHER_EMAIL not in text
    assert f'"{OTHER_USER}"' not in text


async def test_what_is_exported_holds_the_payments_refund(lives: Lives, ask: Asking) -> None:
    report = await ask("export", lives.subject)
    payments = {record.source: record.data for record in report.records if record.kind == "payment"}
    assert payments["stripe"]["latest_charge"]["amount_refunded"] == 14900
    (unit,) = payments["paypal"]["purchase_units"]
    assert unit["payments"]["refunds"][0]["status"] == "COMPLETED"


async def test_after_an_erasure_only_what_the_report_names_is_left(lives: Lives, ask: Asking) -> None:
    before = lives.traces()
    assert {"didit", "jitsi", "agora", "pusher"} <= {service for service, _ in before}
    report = await ask("erase", lives.subject)
    assert report.is_complete
    assert {one.service: one.outcome for one in report.services} == {
        "didit": Outcome.DONE,
        "mailgun": Outcome.KEPT,
        "gemini": Outcome.KEPT,
        "jsearch": Outcome.NOTHING,
        "pusher": Outcome.DONE,
        "jitsi": Outcome.DONE,
        "stripe": Outcome.KEPT,
        "paypal": Outcome.KEPT,
        "agora": Outcome.DONE,
    }
    left = lives.traces()
    assert left - REMEMBERED <= KEPT
    assert {service for service, _ in left} == {one.service for one in report.services if one.erased.kept}


async def test_the_other_person_keeps_everything(lives: Lives, ask: Asking) -> None:
    before = {(trace["service"], trace["value"]) for trace in lives.control.traces(OTHER_USER, OTHER_EMAIL)}
    await ask("erase", lives.subject)
    lives.control.advance(61)
    after = {(trace["service"], trace["value"]) for trace in lives.control.traces(OTHER_USER, OTHER_EMAIL)}
    assert after == before


async def test_what_stays_says_why(lives: Lives, ask: Asking) -> None:
    report = await ask("erase", lives.subject)
    kept = {(one.service, each.kind): each for one in report.services for each in one.erased.kept}
    assert set(kept) == {
        ("mailgun", "mail event"),
        ("mailgun", "stored mail"),
        ("mailgun", "complaint"),
        ("mailgun", "unsubscribe"),
        ("gemini", "prompt"),
        ("stripe", "payment"),
        ("stripe", "remembered answer"),
        ("stripe", "event"),
        ("paypal", "payment"),
    }
    assert all(each.because for each in kept.values())
    assert kept["stripe", "payment"].count == 1


async def test_asked_twice_nothing_more_is_done_and_nothing_fails(lives: Lives, ask: Asking) -> None:
    first, second = await ask("erase", lives.subject), await ask("erase", lives.subject)
    assert second.is_complete
    assert [one.erased.removed for one in second.services] == [()] * len(second.services)
    kept = [
        {(one.service, each.kind) for one in report.services for each in one.erased.kept} for report in (first, second)
    ]
    assert kept[0] - kept[1] == {("stripe", "remembered answer"), ("stripe", "event")}
    assert kept[1] <= kept[0]
    gone = {one.service: one.erased.not_found for one in second.services}
    assert gone["didit"] == ("identity check",)
    assert gone["stripe"] == ()


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "timeout_before", "seconds": 0}])
@pytest.mark.parametrize("service", [name for name in SERVICES if name not in ("gemini", "jsearch")])
async def test_one_service_that_fails_keeps_no_other_from_it(
    lives: Lives, ask: Asking, service: str, fault: dict[str, object]
) -> None:
    lives.control.fail(provider=service, times=None, **fault)
    report = await ask("erase", lives.subject)
    failed = {one.service: one.error for one in report.services if one.outcome is Outcome.FAILED}
    assert failed.keys() == {service}
    assert failed[service] in (
        "UnavailableError",
        "ConnectionFailedError",
        "DeadlineExceededError",
        "OutcomeUnknownError",
    )
    assert not report.is_complete
    lives.control.clear_faults()
    assert (await ask("erase", lives.subject)).is_complete
    assert lives.traces() - REMEMBERED <= KEPT


async def test_the_ledger_goes_on_until_every_service_has_done_it(lives: Lives, tmp_path: Path) -> None:
    """All are down at first, and come back one after the other; the platform's own rows are gone from the start."""
    table = erasure_table(MetaData())
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    table.metadata.create_all(engine)
    sessions, control = sessionmaker(engine), lives.control
    ledger = SqlErasures(sessions, table, clock=control.now)
    down = [service for service in SERVICES if service not in ("gemini", "jsearch")]
    with Ace(settings(lives.sandbox), clock=control.now) as ace:
        with sessions.begin() as session:
            ledger.put(session, lives.subject, services=ace.privacy.services(lives.subject))
        for still in range(len(down), -1, -1):
            control.clear_faults()
            for service in down[:still]:
                control.fail("status", provider=service, status=503, times=None)
            await asyncio.to_thread(ledger.run_due, ace.privacy)
            assert {step.service for step in ledger.open()} == set(down[:still])
            # A day goes by: whoever failed is asked again.
            control.advance(86_400)
    assert is_complete(ledger.steps(USER))
    assert lives.traces() - REMEMBERED <= KEPT
    with engine.connect() as connection:
        written = repr(list(connection.execute(table.select())))
    assert (EMAIL in written, NAME in written, USER in written) == (False, False, True)
    engine.dispose()


async def test_what_tells_of_a_customer_is_gone_after_thirty_days(lives: Lives, ask: Asking) -> None:
    await ask("erase", lives.subject)
    assert lives.traces() >= REMEMBERED
    lives.control.advance(30 * 86_400)
    lives.pay_again()
    assert not lives.traces() & REMEMBERED


async def test_a_service_that_your_records_name_is_asked_although_it_is_off(lives: Lives, ask: Asking) -> None:
    without = lives.subject.model_copy(update={"ids": {}})
    report = await ask("erase", without)
    assert "agora" not in {one.service for one in report.services}


async def test_a_service_that_nobody_brings_is_a_failure_of_its_own(lives: Lives, ask: Asking) -> None:
    subject = lives.subject.model_copy(update={"ids": {"nowhere": ("1",)}})
    report = await ask("erase", subject)
    failed = {one.service: one.error for one in report.services if one.outcome is Outcome.FAILED}
    assert failed == {"nowhere": "ConfigurationError"}
    assert report.user == USER
