"""Paying for a course: start, confirm, webhook. Whatever comes first or twice, `Checkout` decides."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, DeclinedError, InvalidRequestError, ProviderError
from ace_integrations.audit import Audit
from ace_integrations.contrib.fastapi import get_ace, throttled
from ace_integrations.contrib.sqlalchemy import written
from ace_integrations.payments import (
    Access,
    Checkout,
    GatewayReport,
    Outcome,
    PaymentHint,
    PaymentOrder,
    Started,
    StoredPayment,
)
from ace_integrations.webhooks import Event
from examples.fastapi_platform.accounts import SignedIn, asking, user_key
from examples.fastapi_platform.tables import AUDIT, Course, Enrollment, Payment, User

router = APIRouter(prefix="/api")
checkout = Checkout()

AceDep = Annotated[AsyncAce, Depends(get_ace)]


class Confirm(BaseModel):
    """What the browser posts after Stripe.js is done; its own idea of the status is not asked for."""

    payment_intent_id: str


@router.post("/courses/{course_id}/payment/stripe", dependencies=[Depends(throttled("payments", who=asking))])
async def pay_by_card(course_id: int, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Start a card payment, or give the unfinished one again: the answer is all that the browser may know."""
    if user.status != "active":
        raise HTTPException(403, "Verify your identity first.")
    payment = await _open_payment(request.app.state.sessions, user, course_id, gateway="stripe")
    order = PaymentOrder(
        reference=str(payment.id),
        amount=payment.money,
        description=f"Course {course_id}",
        metadata={"course_id": str(course_id), "user_id": str(user.id)},
    )
    try:
        started = await ace.payments.start(order, gateway="stripe")
    except DeclinedError as error:
        return JSONResponse({"error": "Payment declined", "code": error.code}, 402)
    except InvalidRequestError:
        return JSONResponse({"error": "Payment failed"}, 500)
    except ProviderError:
        return JSONResponse({"error": "Payment is not available right now. Nothing was charged."}, 503)
    await _remember(request.app.state.sessions, payment.id, order, started, user)
    secret = started.client_secret.get_secret_value() if started.client_secret else None
    return {"client_secret": secret, "publishable_key": browser_key(ace)}


@router.post("/payment/confirm")
async def confirm(form: Confirm, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Ask the gateway what became of a payment of this user, and act on that."""
    sessions = request.app.state.sessions
    async with sessions() as session:
        payment = await session.scalar(
            select(Payment).where(Payment.gateway_id == form.payment_intent_id, Payment.user_id == user.id)
        )
    if payment is None:
        raise HTTPException(404, "No such payment.")
    try:
        report = await ace.payments.report(gateway_id=form.payment_intent_id, gateway=payment.gateway)
    except ProviderError:
        return JSONResponse({"success": False, "status": "checking"}, 202)
    async with sessions.begin() as session:
        outcome = await apply(session, report)
        enrollment = await session.scalar(
            select(Enrollment).where(Enrollment.user_id == user.id, Enrollment.course_id == payment.course_id)
        )
    enrolled = enrollment is not None and enrollment.active
    answer: dict[str, Any] = {"success": enrolled, "status": outcome.payment.status.value}
    if enrolled and enrollment is not None:
        answer["enrollment_id"] = enrollment.id
    if outcome.payment.decline_code:
        answer["decline_code"] = outcome.payment.decline_code
    return answer


def browser_key(ace: AsyncAce) -> str:
    """Give the publishable key: made for browsers, and all that a page needs beside the client secret."""
    return ace.payments.browser_config("stripe")["NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"]


class PaymentUnknownError(Exception):
    """A webhook came before the row it belongs to: the provider's next try will find it."""


def on_payment_hint(ace: AsyncAce) -> Any:
    """Give the webhook handler: a hint says where to look, the gateway's own report decides."""

    async def handle(event: Event, session: AsyncSession) -> None:
        hint: PaymentHint = event.meaning
        if not hint.gateway_id:
            return
        report = await ace.payments.report(gateway_id=hint.gateway_id, gateway=hint.gateway)
        if report.reference:
            await apply(session, report)

    return handle


async def apply(session: AsyncSession, report: GatewayReport) -> Outcome:
    """Write what `Checkout` decides: status, enrolment, the course's numbers, audit, in the caller's transaction."""
    payment = await session.scalar(select(Payment).where(Payment.gateway_id == report.gateway_id).with_for_update())
    if payment is None or payment.books is None:
        raise PaymentUnknownError(report.gateway_id)
    outcome = checkout.apply(StoredPayment.model_validate(payment.books), report)
    payment.books = outcome.payment.model_dump(mode="json")
    payment.status = outcome.payment.status.value
    course = await session.get_one(Course, payment.course_id, with_for_update=True)
    course.revenue_minor += outcome.revenue_change.to_minor()
    if outcome.access is not Access.KEEP:
        await _grant(session, payment, course, active=outcome.access is Access.ENROL)
    if outcome.audit:
        await _tell(session, payment, "payment.changed", outcome.audit)
    if outcome.alarm is not None:
        await _tell(session, payment, "payment.alarm", outcome.alarm.reason)
    await session.flush()
    return outcome


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


async def _open_payment(sessions: Any, user: User, course_id: int, *, gateway: str) -> Payment:
    """Find the unfinished payment or add one, before the gateway is asked: a crash in between leaves it to be found."""
    async with sessions.begin() as session:
        course = await session.get(Course, course_id)
        if course is None:
            raise HTTPException(404, "No such course.")
        if await session.scalar(_active_enrollment(user, course_id)) is not None:
            raise HTTPException(409, "You are enrolled already.")
        found: Payment | None = await session.scalar(_unfinished(user, course_id))
        if found is not None:
            if found.status not in ("pending", "action_required"):
                raise HTTPException(409, "Your payment is being checked.")
            return found
        payment = Payment(
            user_id=user.id, course_id=course_id, gateway=gateway, amount=course.price, currency=course.currency
        )
        session.add(payment)
        try:
            await session.flush()
        except IntegrityError:
            raise HTTPException(409, "Another tab is starting this payment. Try again.") from None
    return payment


async def _remember(sessions: Any, payment_id: int, order: PaymentOrder, started: Started, user: User) -> None:
    """Store the gateway's id with the payment; only reports of that id are ever accepted for it."""
    async with sessions.begin() as session:
        payment = await session.get_one(Payment, payment_id, with_for_update=True)
        if payment.gateway_id is None:
            course = str(payment.course_id)
            books = StoredPayment.opened(order, started, user=str(user.id), course=course)
            payment.gateway_id = started.gateway_id
            payment.books = books.model_dump(mode="json")


def _active_enrollment(user: User, course_id: int) -> Any:
    return select(Enrollment).where(
        Enrollment.user_id == user.id, Enrollment.course_id == course_id, Enrollment.active.is_(True)
    )


def _unfinished(user: User, course_id: int) -> Any:
    ended = ("canceled", "refunded")
    return select(Payment).where(
        Payment.user_id == user.id, Payment.course_id == course_id, Payment.status.not_in(ended)
    )
