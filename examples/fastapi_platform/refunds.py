"""Money that goes back: asked for by an admin, made once however often it is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import (
    AsyncAce,
    ConflictError,
    InProgressError,
    InvalidRequestError,
    PermissionDeniedError,
    ProviderError,
)
from ace_integrations.payments import Money, StoredPayment
from examples.fastapi_platform.payments import apply
from examples.fastapi_platform.tables import Payment, Refund
from examples.shared.paying import COUNTS, REFUND_LOST, REFUND_SLOW, UNDER_WAY, due_back


async def ask(sessions: Any, payment_id: int, part: Money | None, *, admin_id: int, now: datetime) -> Refund:
    """Add a refund of a part of the price, or of all that is left.

    Raises:
        KeyError: no such payment, or nothing was paid.
        InvalidInputError: more than is left, or not positive.
    """
    async with sessions.begin() as session:
        payment = await session.get(Payment, payment_id, with_for_update=True)
        if payment is None or payment.books is None:
            raise KeyError(payment_id)
        stored = StoredPayment.model_validate(payment.books)
        back, amount = due_back(payment, stored, part, await _before(session, payment))
        refund = Refund(
            payment_id=payment.id,
            admin_id=admin_id,
            part=str(back.amount),
            amount=str(amount.amount),
            currency=amount.currency,
            asked_at=now,
        )
        session.add(refund)
    return refund


async def send(ace: AsyncAce, sessions: Any, refund_id: int) -> str:
    """Let the gateway make a refund that was asked for; give what became of it.

    An answer that does not come leaves it asked for: sent again, the gateway makes it once.
    """
    async with sessions() as session:
        refund = await session.get_one(Refund, refund_id)
        payment = await session.get_one(Payment, refund.payment_id)
    gateway, gateway_id = payment.gateway, payment.gateway_id
    try:
        made = await ace.payments.refund(
            gateway_id=gateway_id, amount=refund.money, idempotency_key=f"ace:refund:{refund.id}:1", gateway=gateway
        )
        status, made_id = made.status.value, made.refund_id
        report = await ace.payments.report(gateway_id=gateway_id, gateway=gateway)
    except InProgressError:
        return "asked"
    except (InvalidRequestError, ConflictError, PermissionDeniedError) as error:
        return await _refused(sessions, refund_id, error.code)
    except ProviderError:
        return "asked"
    async with sessions.begin() as session:
        stored = await session.get_one(Refund, refund_id)
        stored.status, stored.gateway_id = status, made_id
        await apply(session, gateway_id or "", report)
    return status


async def send_again(ace: AsyncAce, sessions: Any, *, now: datetime) -> None:
    """Send the refunds again whose answer was lost, and those that the gateway was making an hour ago."""
    async with sessions.begin() as session:
        due = (
            await session.scalars(
                select(Refund).where(
                    or_(
                        and_(Refund.status == "asked", Refund.asked_at < now - REFUND_LOST),
                        and_(Refund.status == "pending", Refund.asked_at < now - REFUND_SLOW),
                    )
                )
            )
        ).all()
        for refund in due:
            refund.asked_at = now
    for refund in due:
        await send(ace, sessions, refund.id)


async def catch_up(ace: AsyncAce, sessions: Any, payment_id: int) -> None:
    """Learn what became of a payment's refunds that were under way, so that the next one is reckoned rightly."""
    async with sessions() as session:
        due = [one.id for one in await of_payment(session, payment_id) if one.status in UNDER_WAY]
    for refund_id in due:
        await send(ace, sessions, refund_id)


async def of_payment(session: AsyncSession, payment_id: int) -> list[Refund]:
    """Give the refunds of a payment, oldest first."""
    found = await session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id))
    return list(found)


async def _before(session: AsyncSession, payment: Payment) -> list[Refund]:
    return [one for one in await of_payment(session, payment.id) if one.status in COUNTS]


async def _refused(sessions: Any, refund_id: int, reason: str) -> str:
    async with sessions.begin() as session:
        refund = await session.get_one(Refund, refund_id)
        refund.status, refund.reason = "refused", reason
    return "refused"
