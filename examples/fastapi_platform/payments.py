"""The books of payments: what a gateway reports is written here, whichever way the platform came to ask."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, DeclinedError, NotFoundError, ProviderError
from ace_integrations.audit import Audit
from ace_integrations.contrib.sqlalchemy import written
from ace_integrations.payments import Access, Checkout, GatewayReport, Outcome, PaymentHint, StoredPayment
from ace_integrations.webhooks import Event
from examples.fastapi_platform.tables import AUDIT, Course, Enrollment, Payment, Revenue
from examples.shared.accounts import user_key
from examples.shared.moments import as_utc
from examples.shared.paying import LAPSED, LOOKS_AGAIN, LOOKS_FOR, OPEN, SETTLED, PaymentUnknownError

checkout = Checkout()


async def settle(ace: AsyncAce, sessions: Any, *, gateway: str, gateway_id: str) -> Outcome:
    """Ask the gateway, take what the payer agreed to, and write what came of it.

    Raises:
        ProviderError: the gateway cannot be asked, so nothing changed.
    """
    try:
        report = await learn(ace, sessions, gateway=gateway, gateway_id=gateway_id)
    except DeclinedError as error:
        async with sessions.begin() as session:
            return await note_decline(session, gateway_id, error)
    async with sessions.begin() as session:
        return await apply(session, gateway_id, report)


async def learn(ace: AsyncAce, sessions: Any, *, gateway: str, gateway_id: str) -> GatewayReport:
    """Ask where a payment is, and capture it first where its payer agreed and our books want it.

    Raises:
        DeclinedError: the payer's wallet refused the capture.
    """
    report = await ace.payments.report(gateway_id=gateway_id, gateway=gateway)
    async with sessions() as session:
        payment = await session.scalar(select(Payment).where(Payment.gateway_id == gateway_id))
        if payment is None or payment.books is None:
            return report
        stored = StoredPayment.model_validate(payment.books)
        wanted = checkout.may_capture(stored, report, also_paid_by=await _also_paid_by(session, payment))
    if not wanted:
        return report
    key = stored.idempotency_key("capture")
    return await ace.payments.capture(gateway_id=gateway_id, idempotency_key=key, gateway=gateway)


def on_payment_hint(ace: AsyncAce, sessions: Any) -> Any:
    """Give the webhook handler: a hint says where to look, the gateway's own report decides."""

    async def handle(event: Event, session: AsyncSession) -> None:
        hint: PaymentHint = event.meaning
        gateway_id = hint.gateway_id or await _named_by(sessions, hint)
        if not gateway_id:
            return
        try:
            report = await learn(ace, sessions, gateway=hint.gateway, gateway_id=gateway_id)
        except DeclinedError as error:
            await note_decline(session, gateway_id, error)
            return
        if report.reference:
            await apply(session, gateway_id, report)

    return handle


async def apply(session: AsyncSession, gateway_id: str, report: GatewayReport) -> Outcome:
    """Write what `Checkout` decides about a report, in the caller's transaction.

    Args:
        gateway_id: the payment that was asked about, whatever the report is of.
    """
    payment, course = await _locked(session, gateway_id)
    outcome = checkout.apply(
        StoredPayment.model_validate(payment.books),
        report,
        also_paid_by=await _also_paid_by(session, payment),
        capture_used_by=await _capture_used_by(session, payment, report),
    )
    await _write(session, payment, course, outcome)
    return outcome


async def note_decline(session: AsyncSession, gateway_id: str, error: DeclinedError) -> Outcome:
    """Write that the payer's wallet refused, in the caller's transaction: the payer may agree again."""
    payment, course = await _locked(session, gateway_id)
    outcome = checkout.decline(StoredPayment.model_validate(payment.books), error.code)
    await _write(session, payment, course, outcome)
    return outcome


async def give_up(session: AsyncSession, payment_id: int) -> None:
    """End a payment whose payer chose another way, in the caller's transaction."""
    payment = await session.get_one(Payment, payment_id)
    if payment.books is None:
        payment.status = "canceled"
        return
    payment, course = await _locked(session, payment.gateway_id or "")
    await _write(session, payment, course, checkout.give_up(StoredPayment.model_validate(payment.books)))


async def look_again(ace: AsyncAce, sessions: Any, *, now: datetime) -> None:
    """Ask about open payments of which nothing was heard: their browser and their webhook may both be lost."""
    async with sessions.begin() as session:
        found = await session.scalars(
            select(Payment).where(
                Payment.status.in_(OPEN),
                Payment.gateway_id.is_not(None),
                Payment.asked_at < now - LOOKS_AGAIN,
                Payment.created_at > now - LOOKS_FOR,
            )
        )
        due = list(found)
        for payment in due:
            payment.asked_at = now
    for payment in due:
        try:
            await settle(ace, sessions, gateway=payment.gateway, gateway_id=payment.gateway_id or "")
        except NotFoundError:
            if now - as_utc(payment.created_at) > LAPSED:
                async with sessions.begin() as session:
                    await give_up(session, payment.id)
        except ProviderError:
            continue


async def _locked(session: AsyncSession, gateway_id: str) -> tuple[Payment, Course]:
    """Give a payment and its course for writing; the course first is what two payments for it wait at."""
    found = await session.scalar(select(Payment).where(Payment.gateway_id == gateway_id))
    if found is None or found.books is None:
        raise PaymentUnknownError(gateway_id)
    course = await session.get_one(Course, found.course_id, with_for_update=True)
    await session.refresh(found, with_for_update=True)
    return found, course


async def _write(session: AsyncSession, payment: Payment, course: Course, outcome: Outcome) -> None:
    """Write status, revenue, enrolment and audit line."""
    after = outcome.payment
    payment.books = after.model_dump(mode="json")
    payment.status = after.status.value
    payment.capture_id = after.capture_id or None
    if change := outcome.revenue_change.to_minor():
        await _earn(session, course, after.amount.currency, change)
    if outcome.access is not Access.KEEP:
        await _grant(session, payment, course, active=outcome.access is Access.ENROL)
    if outcome.audit:
        await _tell(session, payment, "payment.changed", outcome.audit)
    if outcome.alarm is not None:
        await _tell(session, payment, "payment.alarm", outcome.alarm.reason)
    await session.flush()


async def _earn(session: AsyncSession, course: Course, currency: str, minor: int) -> None:
    found = await session.get(Revenue, (course.id, currency))
    if found is None:
        session.add(Revenue(course_id=course.id, currency=currency, minor=minor))
    else:
        found.minor += minor


async def _tell(session: AsyncSession, payment: Payment, what: str, line: str) -> None:
    """Add a line about a payment to the audit trail."""
    about = Audit().event(
        what,
        user=user_key(payment.user_id),
        actor=payment.gateway,
        amount=payment.money.amount,
        currency=payment.money.currency,
        payment=str(payment.id),
        details={"line": line},
    )
    await session.execute(written(AUDIT, about))


async def _grant(session: AsyncSession, payment: Payment, course: Course, *, active: bool) -> None:
    """Let the user into the course or out of it; the number of students follows."""
    found = await session.scalar(
        select(Enrollment).where(Enrollment.user_id == payment.user_id, Enrollment.course_id == course.id)
    )
    before = found is not None and found.active
    if found is None:
        session.add(Enrollment(user_id=payment.user_id, course_id=course.id, active=active))
    else:
        found.active = active
    course.students += int(active) - int(before)


async def _also_paid_by(session: AsyncSession, payment: Payment) -> str:
    """Give another payment that gave this user this course; "" when there is none."""
    others = await session.scalars(
        select(Payment).where(
            Payment.user_id == payment.user_id,
            Payment.course_id == payment.course_id,
            Payment.id != payment.id,
            Payment.status.in_(SETTLED),
        )
    )
    return next((str(other.id) for other in others if (other.books or {}).get("enrolled")), "")


async def _capture_used_by(session: AsyncSession, payment: Payment, report: GatewayReport) -> str:
    """Give another payment that stands on the reported movement of money; "" when there is none."""
    if not report.capture_id:
        return ""
    other = await session.scalar(
        select(Payment.id).where(
            Payment.gateway == report.gateway, Payment.capture_id == report.capture_id, Payment.id != payment.id
        )
    )
    return str(other or "")


async def _named_by(sessions: Any, hint: PaymentHint) -> str:
    """Give the gateway's id of the payment that a hint names otherwise: a refund names only what was captured."""
    if not hint.capture_id:
        return ""
    async with sessions() as session:
        found = await session.scalar(
            select(Payment.gateway_id).where(Payment.gateway == hint.gateway, Payment.capture_id == hint.capture_id)
        )
    return found or ""
