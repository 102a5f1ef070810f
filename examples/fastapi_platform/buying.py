"""The course page and the ways to pay from it; PayPal needs no JavaScript, the card form does."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from ace_integrations import AsyncAce
from ace_integrations.contrib.fastapi import get_ace, throttled
from ace_integrations.payments import Choice
from ace_integrations.payments.rates import Quote, RateRefusedError
from examples.fastapi_platform import classroom, paying, quotes
from examples.fastapi_platform.accounts import SignedIn, Visitor, asking
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, Payment, User
from examples.shared.classes import shown_start
from examples.shared.paying import NEWS, NotPayableError, news_of, why_not
from examples.shared.policy import card_script

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.get("/courses/{course_id}")
async def course(course_id: int, request: Request, user: Visitor, ace: AceDep, news: str = "") -> Response:
    """Show a course; to who may enrol, every way to pay with its amount."""
    async with request.app.state.sessions() as session:
        found = await session.get(Course, course_id)
        if found is None:
            return page(request, "not_found.html", user, 404)
        enrolled = user is not None and await session.scalar(_enrolled(user.id, course_id)) is not None
        coming = await classroom.of_course(session, found, user)
        teacher = await classroom.teacher_of(session, found)
    shown = news if news in NEWS else ""
    return await _shown(request, user, ace, found, enrolled=enrolled, news=shown, classes=coming, teacher=teacher)


@router.post("/courses/{course_id}/pay/paypal", dependencies=[Depends(throttled("payments", who=asking))])
async def leave_for_paypal(
    course_id: int, request: Request, user: SignedIn, ace: AceDep, quote_id: Annotated[str, Form()] = ""
) -> Response:
    """Make the order and lead the payer to PayPal's page."""
    try:
        _, started = await paying.begin(request, user, ace, course_id, gateway="paypal", quote_id=quote_id or None)
    except NotPayableError as error:
        return RedirectResponse(f"/courses/{course_id}?news={why_not(error)}", 303)
    except HTTPException as error:
        if error.status_code != 409:
            raise
        return RedirectResponse(f"/courses/{course_id}?news=checking", 303)
    if started.approval_url is None:  # agreed to before: nothing is left to ask
        return RedirectResponse(f"/pay/paypal/return?token={started.gateway_id}", 303)
    return page(request, "leaving.html", user, url=started.approval_url, title="pay_title", text="leaving_paypal")


@router.get("/pay/paypal/return")
async def come_back(request: Request, user: Visitor, ace: AceDep, token: str = "") -> Response:
    """Take what the payer agreed to; what the address says beside the order's id is not even read."""
    if user is None:
        return RedirectResponse("/login", 303)
    payment = await _own_order(request, user, token)
    answer = await paying.finish(request, ace, payment)
    if not isinstance(answer, dict):
        return RedirectResponse(f"/courses/{payment.course_id}?news=checking", 303)
    news = "" if answer["success"] else f"?news={news_of(answer)}"
    return RedirectResponse(f"/courses/{payment.course_id}{news}", 303)


@router.get("/pay/paypal/cancel")
async def change_mind(request: Request, user: Visitor, token: str = "") -> Response:
    """Go back to the course; the order lapses at PayPal unless the payer takes it up again."""
    if user is None:
        return RedirectResponse("/login", 303)
    payment = await _own_order(request, user, token)
    return RedirectResponse(f"/courses/{payment.course_id}?news=canceled", 303)


async def _shown(
    request: Request,
    user: User | None,
    ace: AsyncAce,
    found: Course,
    *,
    enrolled: bool,
    news: str,
    classes: list[LiveSession],
    teacher: str,
) -> Response:
    choices: dict[str, Choice] = {}
    quote: Quote | None = None
    if user is not None and user.status == "active" and not enrolled:
        direct = ace.payments.choices(found.money)
        if any(choice.amount is None for choice in direct):
            quote = await _quote(request, user, ace, found)
        choices = {choice.gateway: choice for choice in ace.payments.choices(found.money, quote=quote)}
    return page(
        request,
        "course.html",
        user,
        course=found,
        enrolled=enrolled,
        script=card_script(ace),
        choices=choices,
        quote=quote,
        holds_s=int((quote.expires_at - paying.now_of(request)).total_seconds()) if quote is not None else 0,
        news=news,
        classes=classes,
        shown_start=shown_start,
        teacher=teacher,
    )


async def _quote(request: Request, user: User, ace: AsyncAce, found: Course) -> Quote | None:
    """Give the quote to show; None where no rate can be believed, and then PayPal is not offered."""
    try:
        return await quotes.shown(ace, request.app.state.sessions, user, found, now=paying.now_of(request))
    except RateRefusedError:
        return None


async def _own_order(request: Request, user: User, order_id: str) -> Payment:
    payment = await paying.own_payment(request, user, Payment.gateway_id == order_id)
    if payment is None or payment.gateway != "paypal":
        raise HTTPException(404, "No such payment.")
    return payment


def _enrolled(user_id: int, course_id: int) -> Any:
    return select(Enrollment.id).where(
        Enrollment.user_id == user_id, Enrollment.course_id == course_id, Enrollment.active.is_(True)
    )
