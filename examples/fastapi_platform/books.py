"""The platform's payments for `ace payments reconcile --books examples.fastapi_platform.books:changed_since`."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.payments import StoredPayment
from examples.fastapi_platform.database import open_engine
from examples.fastapi_platform.tables import Payment
from examples.shared.paying import OPEN


def changed_since(since: datetime) -> Sequence[StoredPayment]:
    """Give the payments of DATABASE_URL that were started since, and all that are still open."""
    return asyncio.run(_read(since))


async def _read(since: datetime) -> list[StoredPayment]:
    engine = open_engine()
    try:
        async with AsyncSession(engine) as session:
            recent = (Payment.created_at >= since) | Payment.status.in_(OPEN)
            rows = await session.scalars(select(Payment.books).where(Payment.books.is_not(None), recent))
            return [StoredPayment.model_validate(books) for books in rows]
    finally:
        await engine.dispose()
