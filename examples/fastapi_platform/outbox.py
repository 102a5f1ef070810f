"""Mails that must go out: written with the change that causes them, sent after it committed, told apart by a key."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, OutcomeUnknownError, ProviderError
from ace_integrations.mail import Address, DeliveryEvent
from ace_integrations.mail import notifications as bilingual
from ace_integrations.webhooks import Event
from examples.fastapi_platform.tables import OutboxMail, Suppression, as_utc

logger = logging.getLogger("platform.outbox")

LEASE_S = 60
GIVES_UP_S = 72 * 3600
SENDER = Address(email="hello@mg.example.com", name="Rihla")


class Relay:
    """Sends what waits, in this process; several may run at once."""

    def __init__(self, ace: AsyncAce, sessions: Any, *, clock: Callable[[], float] = time.time) -> None:
        self._ace = ace
        self._sessions = sessions
        self._clock = clock

    async def run(self) -> None:
        """Send for ever."""
        while True:
            try:
                sent = await self.send_due()
            except Exception:
                logger.exception("the outbox could not be read")
                sent = 0
            if not sent:
                await asyncio.sleep(0.2)

    async def send_due(self) -> int:
        """Send every mail that is due; give how many were taken."""
        taken = await self._take()
        for mail in taken:
            await self._send(mail)
        return len(taken)

    async def _take(self) -> list[OutboxMail]:
        now = int(self._clock())
        due = or_(
            (OutboxMail.state == "waiting") & (OutboxMail.not_before <= now),
            (OutboxMail.state == "sending") & (OutboxMail.lease_until <= now),
        )
        async with self._sessions.begin() as session:
            found = (
                await session.scalars(
                    select(OutboxMail).where(due).order_by(OutboxMail.id).limit(20).with_for_update(skip_locked=True)
                )
            ).all()
            for mail in found:
                mail.attempts += 1
                mail.state, mail.lease_until = "sending", now + LEASE_S
        return list(found)

    async def _send(self, mail: OutboxMail) -> None:
        async with self._sessions() as session:
            suppressed = await session.get(Suppression, mail.to_email)
        if suppressed is not None:
            await self._settle(mail, state="suppressed", error=suppressed.reason)
            return
        try:
            message_id = await self._hand_over(mail)
        except ProviderError as error:
            await self._postpone(mail, error)
        except Exception as error:  # a mail that cannot be built must not hold up the others
            logger.exception("mail %s cannot be sent", mail.key)
            await self._settle(mail, state="dead", error=type(error).__name__)
        else:
            await self._settle(mail, state="sent", message_id=message_id, error="")

    async def _hand_over(self, mail: OutboxMail) -> str:
        """Send it, unless an earlier try of unknown outcome is found to have sent it."""
        notification = getattr(bilingual, mail.notification)(**mail.fields)
        to = Address(email=mail.to_email, name=mail.to_name)
        message = bilingual.render(notification, to=to, sender=SENDER, mail_id=mail.key)
        if mail.attempts > 1 and (found := (await self._ace.mail.find(message)).sent) is not None:
            return found.message_id
        await self._expect(mail, message.message_id)
        return (await self._ace.mail.send(message)).message_id

    async def _expect(self, mail: OutboxMail, message_id: str) -> None:
        """Note the id that the mail will have: the news of it may come before the answer of sending it."""
        async with self._sessions.begin() as session:
            await session.execute(update(OutboxMail).where(OutboxMail.id == mail.id).values(message_id=message_id))

    async def _postpone(self, mail: OutboxMail, error: ProviderError) -> None:
        now = int(self._clock())
        # After an unknown outcome the service's own log is asked first, and it may lag a little.
        pause = 60 if isinstance(error, OutcomeUnknownError) else min(600, 2**mail.attempts)
        dead = now - int(as_utc(mail.created_at).timestamp()) > GIVES_UP_S
        logger.warning("mail %s not sent: %s", mail.key, type(error).__name__)
        await self._settle(
            mail, state="dead" if dead else "waiting", error=type(error).__name__, not_before=now + pause
        )

    async def _settle(self, mail: OutboxMail, **values: Any) -> None:
        mine = (OutboxMail.id == mail.id, OutboxMail.attempts == mail.attempts)
        async with self._sessions.begin() as session:
            await session.execute(update(OutboxMail).where(*mine).values(lease_until=0, **values))


async def on_delivery(event: Event, session: AsyncSession) -> None:
    """Note what became of a mail, and never write again to an address that bounced or complained."""
    news: DeliveryEvent = event.meaning
    mine = (OutboxMail.message_id == news.message_id, OutboxMail.to_email == news.recipient.lower())
    mail = await session.scalar(select(OutboxMail).where(*mine).with_for_update())
    if mail is None:  # not a mail of ours: a hint, and nothing to do
        return
    mail.delivery = news.status.value
    if news.status.suppresses and await session.get(Suppression, mail.to_email) is None:
        session.add(Suppression(email=mail.to_email, reason=news.status.value))
