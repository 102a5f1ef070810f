"""What an admin sees and does about payments: what was paid, what a gateway kept, disputes, refunds."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select

from ace_integrations import AsyncAce, InvalidInputError, ProviderError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.payments import DisputeReport, Money, StoredPayment, refundable
from examples.fastapi_platform import refunds
from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Course, Payment, Refund, User
from examples.shared.paying import RefundForm

router = APIRouter()
AceDep = Annotated[AsyncAce, Depends(get_ace)]


async def admin(user: SignedIn) -> User:
    """Give the admin who asks; for everybody else this does not exist."""
    if user.role != "admin":
        raise HTTPException(404, "Not Found")
    return user


async def visiting_admin(user: Visitor) -> User:
    """Give the admin who opens a page; a stranger is asked to sign in."""
    if user is None:
        raise HTTPException(303, headers={"location": "/login"})
    return await admin(user)


Admin = Annotated[User, Depends(admin)]
VisitingAdmin = Annotated[User, Depends(visiting_admin)]


@router.get("/admin/payments", include_in_schema=False)
async def payments(request: Request, user: VisitingAdmin) -> Response:
    """List every payment, the newest first."""
    async with request.app.state.sessions() as session:
        rows = (
            await session.execute(
                select(Payment, Course, User)
                .join(Course, Course.id == Payment.course_id)
                .join(User, User.id == Payment.user_id)
                .order_by(Payment.id.desc())
                .limit(200)
            )
        ).all()
    return page(request, "admin_payments.html", user, rows=rows)


@router.get("/admin/payments/{payment_id}", include_in_schema=False)
async def payment(payment_id: int, request: Request, user: VisitingAdmin, ace: AceDep) -> Response:
    """Show one payment with its fee, its refunds and its disputes."""
    return await _shown(request, user, ace, payment_id)


@router.post("/admin/payments/{payment_id}/refund", include_in_schema=False)
async def refund_by_form(
    payment_id: int, request: Request, user: VisitingAdmin, ace: AceDep, amount: Annotated[str, Form()] = ""
) -> Response:
    """Send money back, and show the payment again."""
    try:
        await _refund(request, user, ace, payment_id, amount.strip() or None)
    except InvalidInputError:
        return await _shown(request, user, ace, payment_id, status=422, entered=amount)
    return RedirectResponse(f"/admin/payments/{payment_id}", 303)


@router.post("/api/admin/payments/{payment_id}/refund")
async def refund(payment_id: int, form: RefundForm, request: Request, user: Admin, ace: AceDep) -> Any:
    """Send money back; "asked" means that the gateway's answer is still to come."""
    try:
        made, status = await _refund(request, user, ace, payment_id, form.amount)
    except InvalidInputError as error:
        return JSONResponse({"error": str(error)}, 422)
    return JSONResponse(
        {"refund_id": made.id, "status": status, "amount": made.amount, "currency": made.currency},
        202 if status == "asked" else 200,
    )


async def _refund(
    request: Request, user: User, ace: AsyncAce, payment_id: int, amount: str | None
) -> tuple[Refund, str]:
    sessions = request.app.state.sessions
    async with sessions() as session:
        found = await session.get(Payment, payment_id)
    if found is None:
        raise HTTPException(404, "No such payment.")
    part = Money.of(amount, found.price_currency) if amount else None
    await refunds.catch_up(ace, sessions, payment_id)
    try:
        asked = await refunds.ask(sessions, payment_id, part, admin_id=user.id, now=now_of(request))
    except KeyError:
        raise HTTPException(409, "Nothing was paid.") from None
    return asked, await refunds.send(ace, sessions, asked.id)


async def _shown(
    request: Request, user: User, ace: AsyncAce, payment_id: int, *, status: int = 200, entered: str = ""
) -> Response:
    async with request.app.state.sessions() as session:
        found = await session.get(Payment, payment_id)
        if found is None:
            raise HTTPException(404, "No such payment.")
        course, payer = await session.get_one(Course, found.course_id), await session.get_one(User, found.user_id)
        made = await refunds.of_payment(session, payment_id)
    stored = StoredPayment.model_validate(found.books) if found.books else None
    return page(
        request,
        "admin_payment.html",
        user,
        status,
        payment=found,
        course=course,
        payer=payer,
        stored=stored,
        refunds=made,
        left=refundable(stored) if stored else None,
        estimate=ace.payments.estimate_fee(found.money, gateway=found.gateway),
        disputes=await _disputes(ace, found),
        entered=entered,
        refused=status == 422,
    )


async def _disputes(ace: AsyncAce, payment: Payment) -> tuple[DisputeReport, ...] | None:
    """Give the disputes of what was paid; None when the gateway does not say."""
    if payment.capture_id is None:
        return ()
    try:
        return await ace.payments.disputes(gateway_id=payment.gateway_id or "", gateway=payment.gateway)
    except ProviderError:
        return None
