"""Prices in a currency that PayPal takes: asked for once, shown, and used for one payment."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce
from ace_integrations.payments.rates import Quote
from examples.fastapi_platform.tables import Course, Payment, StoredQuote, User
from examples.shared.accounts import user_key
from examples.shared.paying import CURRENCY, ENOUGH, purpose


async def shown(ace: AsyncAce, sessions: Any, user: User, course: Course, *, now: datetime) -> Quote:
    """Give the quote to show: the last one while it holds long enough and nothing was paid with it, else a new one.

    Raises:
        RateRefusedError: no rate can be believed, so this way to pay is not offered.
    """
    async with sessions() as session:
        last = await _last(session, user, course)
    if last is not None and last.source == course.money and last.expires_at - now > ENOUGH:
        return last
    quote = await ace.rates.quote(
        course.money, to=CURRENCY, purpose=purpose(course.id), user=user_key(user.id), exponents="paypal"
    )
    async with sessions.begin() as session:
        row = StoredQuote(id=quote.quote_id, user_id=user.id, course_id=course.id, quote=quote.model_dump(mode="json"))
        session.add(row)
    return quote


async def taken(session: AsyncSession, quote_id: str, user: User, course: Course, *, now: datetime) -> Quote:
    """Give the quote that a user chose to pay with.

    Raises:
        QuoteMismatchError: it is of somebody or something else, or of another price.
        QuoteExpiredError: it lapsed.
        KeyError: there is none of that id.
    """
    row = await session.get(StoredQuote, quote_id)
    if row is None:
        raise KeyError(quote_id)
    quote = Quote.model_validate(row.quote)
    quote.check(price=course.money, purpose=purpose(course.id), user=user_key(user.id), now=now)
    return quote


async def _last(session: AsyncSession, user: User, course: Course) -> Quote | None:
    used = select(Payment.quote_id).where(Payment.quote_id == StoredQuote.id)
    row = await session.scalar(
        select(StoredQuote)
        .where(StoredQuote.user_id == user.id, StoredQuote.course_id == course.id, ~used.exists())
        .order_by(StoredQuote.created_at.desc())
        .limit(1)
    )
    return Quote.model_validate(row.quote) if row is not None else None
