"""The payer's side: choose a way, see the amount, pay, come back. What came of it is decided in `payments`."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ace_integrations import AsyncAce, ConflictError, DeclinedError, InvalidRequestError, NotFoundError, ProviderError
from ace_integrations.contrib.fastapi import get_ace, throttled
from ace_integrations.payments import GatewayReport, NotStarted, PaymentOrder, Started, StoredPayment
from ace_integrations.payments.rates import Quote, QuoteExpiredError, QuoteMismatchError, RateRefusedError
from examples.fastapi_platform import quotes
from examples.fastapi_platform.accounts import SignedIn, asking
from examples.fastapi_platform.payments import apply, give_up, settle
from examples.fastapi_platform.rendering import language_of
from examples.fastapi_platform.tables import Course, Enrollment, Payment, User
from examples.shared.moments import as_utc
from examples.shared.paying import (
    ENDED,
    HOLDS,
    MAY_START_AGAIN,
    Approved,
    Chosen,
    Confirm,
    NotPayableError,
    browser_key,
    shown_quote,
)

router = APIRouter(prefix="/api")
AceDep = Annotated[AsyncAce, Depends(get_ace)]
_LIMITED = [Depends(throttled("payments", who=asking))]


@router.get("/courses/{course_id}/quote")
async def quote(course_id: int, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Show what PayPal would charge, at which rate, and until when that holds."""
    course = await find_course(request, course_id)
    try:
        shown = await quotes.shown(ace, request.app.state.sessions, user, course, now=now_of(request))
    except RateRefusedError as error:
        return JSONResponse({"error": "PayPal is not offered right now.", "reason": error.reason}, 503)
    return shown_quote(shown)


@router.post("/courses/{course_id}/payment/stripe", dependencies=_LIMITED)
async def pay_by_card(course_id: int, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Start a card payment, or give the unfinished one again: the answer is all that the browser may know."""
    try:
        _, started = await begin(request, user, ace, course_id, gateway="stripe", quote_id=None)
    except NotPayableError as error:
        return JSONResponse(error.answer, error.status)
    secret = started.client_secret.get_secret_value() if started.client_secret else None
    return {"client_secret": secret, "publishable_key": browser_key(ace)}


@router.post("/courses/{course_id}/payment/paypal", dependencies=_LIMITED)
async def pay_by_paypal(course_id: int, request: Request, user: SignedIn, ace: AceDep, form: Chosen) -> Any:
    """Start a PayPal payment of the quote that was shown; the order is made here, and its amount is ours."""
    try:
        payment, started = await begin(request, user, ace, course_id, gateway="paypal", quote_id=form.quote_id)
    except NotPayableError as error:
        return JSONResponse(error.answer, error.status)
    return {
        "payment_id": payment.id,
        "amount_usd": str(payment.money.amount),
        "order_id": started.gateway_id,
        "approval_url": started.approval_url,
    }


@router.post("/payment/confirm")
async def confirm(form: Confirm, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Ask the gateway what became of a card payment of this user, and act on that."""
    payment = await own_payment(request, user, Payment.gateway_id == form.payment_intent_id)
    if payment is None:
        raise HTTPException(404, "No such payment.")
    return await finish(request, ace, payment)


@router.post("/payment/paypal/confirm")
async def confirm_paypal(form: Approved, request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Take what the payer agreed to at PayPal; payment and order must be the pair that we stored."""
    if not form.order_id:
        return JSONResponse({"error": "PayPal order ID required"}, 400)
    payment = await own_payment(request, user, Payment.id == form.payment_id)
    if payment is None or payment.gateway_id != form.order_id:
        raise HTTPException(404, "No such payment.")
    answer = await finish(request, ace, payment)
    if isinstance(answer, dict) and answer["status"] == "review":
        return JSONResponse({"error": "Payment verification failed"}, 400)
    return answer


async def finish(request: Request, ace: AsyncAce, payment: Payment) -> Any:
    """Settle a payment and say what the browser may know of it."""
    sessions = request.app.state.sessions
    try:
        outcome = await settle(ace, sessions, gateway=payment.gateway, gateway_id=payment.gateway_id or "")
    except ProviderError:
        return JSONResponse({"success": False, "status": "checking"}, 202)
    async with sessions() as session:
        enrollment = await session.scalar(
            select(Enrollment).where(Enrollment.user_id == payment.user_id, Enrollment.course_id == payment.course_id)
        )
    enrolled = enrollment is not None and enrollment.active
    answer: dict[str, Any] = {"success": enrolled, "status": outcome.payment.status.value}
    if enrolled and enrollment is not None:
        answer["enrollment_id"] = enrollment.id
    if outcome.payment.decline_code:
        answer["decline_code"] = outcome.payment.decline_code
    return answer


async def begin(
    request: Request, user: User, ace: AsyncAce, course_id: int, *, gateway: str, quote_id: str | None
) -> tuple[Payment, Started]:
    """Find or add the payment, ask the gateway, and remember its id.

    Raises:
        HTTPException: the user or the course does not allow it.
        NotPayableError: the gateway or the quote does not.
    """
    if user.status != "active":
        raise HTTPException(403, "Verify your identity first.")
    course = await find_course(request, course_id)
    quoted = await _chosen_quote(request, user, ace, course, gateway, quote_id)
    payment = await _open_payment(request, user, ace, course, gateway=gateway, quoted=quoted)
    order = PaymentOrder(
        reference=str(payment.id),
        amount=payment.money,
        description=f"Course {course.id}",
        metadata={"course_id": str(course.id), "user_id": str(user.id)},
        return_url=f"{request.app.state.origin}/pay/{gateway}/return",
        cancel_url=f"{request.app.state.origin}/pay/{gateway}/cancel",
        locale=language_of(request),
    )
    try:
        started = await ace.payments.offer(order, gateway=gateway)
    except DeclinedError as error:
        raise NotPayableError(402, error="Payment declined", code=error.code) from None
    except InvalidRequestError:
        raise NotPayableError(500, error="Payment failed") from None
    if isinstance(started, NotStarted):
        text = "Payment is not available right now. Nothing was charged."
        raise NotPayableError(503, error=text, others=list(started.others))
    await _remember(request.app.state.sessions, payment.id, order, started, user)
    return payment, started


async def own_payment(request: Request, user: User, which: Any) -> Payment | None:
    """Give a payment of this user; a foreign one is as absent as none."""
    async with request.app.state.sessions() as session:
        found: Payment | None = await session.scalar(select(Payment).where(which, Payment.user_id == user.id))
    return found


async def find_course(request: Request, course_id: int) -> Course:
    """Give a course, or answer 404."""
    async with request.app.state.sessions() as session:
        course: Course | None = await session.get(Course, course_id)
    if course is None:
        raise HTTPException(404, "No such course.")
    return course


def now_of(request: Request) -> datetime:
    """Give the time by the platform's clock."""
    return datetime.fromtimestamp(request.app.state.clock(), UTC)


async def _chosen_quote(
    request: Request, user: User, ace: AsyncAce, course: Course, gateway: str, quote_id: str | None
) -> Quote | None:
    """Give the quote to pay with, None where the gateway takes the course's own currency.

    Raises:
        NotPayableError: there is none, or it lapsed: show a new one first.
    """
    direct = next((one for one in ace.payments.choices(course.money) if one.gateway == gateway), None)
    if direct is None:
        raise HTTPException(404, "No such way to pay.")
    if direct.amount is not None:
        return None
    if not quote_id:
        raise NotPayableError(409, error="quote_required")
    try:
        async with request.app.state.sessions() as session:
            return await quotes.taken(session, quote_id, user, course, now=now_of(request))
    except (KeyError, QuoteMismatchError):
        raise NotPayableError(409, error="quote_mismatch") from None
    except QuoteExpiredError:
        raise NotPayableError(409, error="quote_expired") from None


async def _open_payment(
    request: Request, user: User, ace: AsyncAce, course: Course, *, gateway: str, quoted: Quote | None
) -> Payment:
    """Find the unfinished payment or add one, before the gateway is asked: a crash in between leaves it to be found."""
    sessions = request.app.state.sessions
    found = await _unfinished(sessions, user, course)
    if found is not None:
        if _is_the_same(found, gateway, quoted) and now_of(request) - as_utc(found.created_at) < HOLDS:
            return found
        await _end(ace, sessions, found)
    charged = quoted.target if quoted is not None else course.money
    payment = Payment(
        user_id=user.id,
        course_id=course.id,
        gateway=gateway,
        price=course.price,
        price_currency=course.currency,
        amount=str(charged.amount),
        currency=charged.currency,
        quote_id=quoted.quote_id if quoted is not None else None,
        created_at=now_of(request),
        asked_at=now_of(request),
    )
    try:
        async with sessions.begin() as session:
            session.add(payment)
    except IntegrityError:
        raise HTTPException(409, "Another tab is starting this payment. Try again.") from None
    return payment


async def _unfinished(sessions: Any, user: User, course: Course) -> Payment | None:
    """Give the open payment for a course, or answer 409 where nothing more is to be paid."""
    async with sessions() as session:
        if await session.scalar(_active_enrollment(user, course.id)) is not None:
            raise HTTPException(409, "You are enrolled already.")
        found: Payment | None = await session.scalar(
            select(Payment).where(
                Payment.user_id == user.id, Payment.course_id == course.id, Payment.status.not_in(ENDED)
            )
        )
    if found is not None and found.status not in MAY_START_AGAIN:
        raise HTTPException(409, "Your payment is being checked.")
    return found


def _is_the_same(payment: Payment, gateway: str, quoted: Quote | None) -> bool:
    return payment.gateway == gateway and payment.quote_id == (quoted.quote_id if quoted is not None else None)


async def _end(ace: AsyncAce, sessions: Any, payment: Payment) -> None:
    """End a payment whose payer chose another way: at the gateway first, so that it cannot be paid any more.

    Raises:
        HTTPException: it was paid meanwhile, or the gateway cannot say.
    """
    if payment.gateway_id is not None:
        try:
            report = await _canceled(ace, payment.gateway, payment.gateway_id, key=f"ace:cancel:{payment.id}:1")
        except NotFoundError:  # it lapsed there
            report = None
        except ProviderError:
            raise HTTPException(409, "Your payment is being checked.") from None
        if report is not None:
            async with sessions.begin() as session:
                outcome = await apply(session, payment.gateway_id, report)
            if outcome.payment.is_settled:
                raise HTTPException(409, "You are enrolled already.")
    async with sessions.begin() as session:
        await give_up(session, payment.id)


async def _canceled(ace: AsyncAce, gateway: str, gateway_id: str, *, key: str) -> GatewayReport:
    """Cancel at the gateway; where it cannot be canceled any more, say what became of it."""
    try:
        return await ace.payments.cancel(gateway_id=gateway_id, idempotency_key=key, gateway=gateway)
    except ConflictError:
        return await ace.payments.report(gateway_id=gateway_id, gateway=gateway)


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
