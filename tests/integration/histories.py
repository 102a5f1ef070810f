"""One student, one course, two gateways and a platform that may die: the world of the histories of payments.

Everything runs in this process: the twins answer without sockets, and nothing delivers a webhook but the history.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
from examples.fastapi_platform import paying, payments, quotes, refunds
from examples.fastapi_platform.database import Sessions, open_engine, prepare
from examples.fastapi_platform.tables import Course, Enrollment, Payment, Refund, Revenue, StoredQuote, User
from fastapi import HTTPException
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, InvalidInputError, NotFoundError, ProviderError, Settings
from ace_integrations.core import Headers
from ace_integrations.hooks import plugins
from ace_integrations.payments import AsyncStripe, Money, PaymentStatus, StoredPayment
from ace_integrations.payments.paypal.sandbox.http import RefusedError as PayPalRefusedError
from ace_integrations.payments.stripe.errors import CardDeclinedError
from ace_integrations.payments.stripe.sandbox.http import RefusedError as StripeRefusedError
from ace_integrations.sandbox.app import Sandbox
from ace_integrations.sandbox.server import installed_twins

T = TypeVar("T")
Through = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
Planned = tuple[str, int] | None
"""A kind of point and which one of it, or no death."""

URL = "http://127.0.0.1:8600"
PRICE = Money.of(1000, "EGP")
_numbers = count(1)


class KilledError(Exception):
    """The platform died at a chosen point."""


class Death:
    """Where the platform dies next, if it does."""

    def __init__(self) -> None:
        self._kind, self._left = "", 0

    def plan(self, kind: str, nth: int) -> None:
        """Let it die at the nth point of a kind: before a commit, after one, or after a gateway answered."""
        self._kind, self._left = kind, nth

    def disarm(self) -> None:
        self._kind = ""

    def reach(self, kind: str) -> None:
        """Die if this is the point."""
        if kind == self._kind:
            self._left -= 1
            if not self._left:
                self._kind = ""
                raise KilledError(kind)


class _Mortal:
    """The gateways, after whose answers the platform may die."""

    def __init__(self, inner: Any, death: Death) -> None:
        self._inner = inner
        self._death = death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            result = found(*arguments, **named)
            return self._then(result) if asyncio.iscoroutine(result) else result

        return call

    async def _then(self, result: Coroutine[Any, Any, T]) -> T:
        answer = await result
        self._death.reach("after call")
        return answer


class _MortalSessions:
    """The database, before and after whose commits the platform may die."""

    def __init__(self, inner: Sessions, death: Death) -> None:
        self._inner = inner
        self._death = death

    def __call__(self) -> AsyncSession:
        return self._inner()

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncSession]:
        async with self._inner.begin() as session:
            yield session
            await session.flush()
            self._death.reach("before commit")
        self._death.reach("after commit")


@dataclass(frozen=True)
class Seen:
    """The student's rows at one moment."""

    payments: list[Payment]
    places: list[bool]
    students: int
    revenue: dict[str, int]

    @property
    def started(self) -> list[tuple[str, str]]:
        """What the student was given to pay: what the platform remembers, wanted still or given up."""
        return [(row.gateway, row.gateway_id) for row in self.payments if row.gateway_id]

    @property
    def captured(self) -> list[Payment]:
        """What the platform knows to be paid."""
        return [row for row in self.payments if row.capture_id]

    @property
    def books(self) -> list[StoredPayment]:
        return [StoredPayment.model_validate(row.books) for row in self.payments if row.books]


class World:
    """The platform's books on one database, both twins, and the way between them."""

    def __init__(self, database_url: str, through: Through = lambda inner: inner) -> None:
        self.loop = asyncio.new_event_loop()
        self.sandbox = Sandbox(installed_twins(), url=URL)
        self.death = Death()
        self._http = httpx.AsyncClient(transport=through(httpx.ASGITransport(self.sandbox.app)))
        settings = Settings(sandbox_url=URL, payments=("stripe", "paypal"), max_retries=0)
        self.ace = AsyncAce(settings, http=self._http, clock=self.sandbox.clock.now)
        self.gateways: Any = self.ace.payments
        self.ace.__dict__["payments"] = _Mortal(self.gateways, self.death)
        self._engine = open_engine(database_url)
        self.sessions: Any = _MortalSessions(self.run(prepare(self._engine)), self.death)
        state = SimpleNamespace(sessions=self.sessions, clock=self.sandbox.clock.now, origin="http://127.0.0.1:8000")
        self.request: Any = SimpleNamespace(app=SimpleNamespace(state=state), cookies={})
        self._handle = payments.on_payment_hint(self.ace, self.sessions)

    def close(self) -> None:
        self.run(self.ace.aclose())
        self.run(self._http.aclose())
        self.run(self._engine.dispose())
        self.loop.close()

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    @property
    def stripe(self) -> Any:
        return self.sandbox.twins["stripe"]

    @property
    def paypal(self) -> Any:
        return self.sandbox.twins["paypal"].account  # type: ignore[attr-defined]  # this twin has one

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.clock.now(), UTC)

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Give every event that the gateways have sent so far, in their order."""
        told = [("stripe", each) for each in self.stripe.events.all.values()]
        return [*told, *(("paypal", each) for each in self.paypal.events.all.values())]

    async def deliver(self, provider: str, value: dict[str, Any]) -> None:
        """Hand an event to the platform's handler, as the receiver does once its signature is found good."""
        source = plugins().provider(provider).load("webhooks")
        body = httpx.Response(200, json=value).content
        meant = source.parse(Headers({"content-type": "application/json"}), body)
        if meant.meaning is None:
            return
        async with self.sessions.begin() as session:
            await self._handle(meant, session)


class Life:
    """One history: what the student, the admin, the gateways and the network do."""

    def __init__(self, world: World, *, forget: bool = True) -> None:
        self.world = world
        if forget:
            world.sandbox.reset()
        world.death.disarm()
        number = next(_numbers)
        self.course = Course(
            id=1_000_000 + number,
            title_en="C", title_ar="C", lede_en="", lede_ar="", points_en=[], points_ar=[],
            weeks=1, price=str(PRICE.amount), currency=PRICE.currency,
        )  # fmt: skip
        self.user = User(
            name="Lina Farouk",
            email=f"lina-{number}-{id(world)}@example.com",
            role="student",
            password="",
            status="active",
        )
        world.run(self._move_in())
        self.lost: set[str] = set()
        self._seen: Seen | None = None

    async def _move_in(self) -> None:
        async with self.world.sessions.begin() as session:
            session.add_all([self.course, self.user])

    def end(self) -> None:
        """Leave nothing behind that another history would meet."""
        self.world.run(self._move_out())

    async def _move_out(self) -> None:
        async with self.world.sessions.begin() as session:
            mine = select(Payment.id).where(Payment.user_id == self.user.id)
            await session.execute(delete(Refund).where(Refund.payment_id.in_(mine)))
            await session.execute(delete(Payment).where(Payment.user_id == self.user.id))
            await session.execute(delete(StoredQuote).where(StoredQuote.user_id == self.user.id))
            await session.execute(delete(Enrollment).where(Enrollment.user_id == self.user.id))
            await session.execute(delete(Revenue).where(Revenue.course_id == self.course.id))
            await session.execute(delete(Course).where(Course.id == self.course.id))

    # What happens. Each is one request, one webhook, or one round of the background work; each may die.

    def start(self, gateway: str, death: Planned = None) -> None:
        self._try(self._start(gateway), death)

    async def _start(self, gateway: str) -> None:
        world, quote_id = self.world, None
        if gateway == "paypal":
            shown = await quotes.shown(world.ace, world.sessions, self.user, self.course, now=world.now())
            quote_id = shown.quote_id
        await paying.begin(world.request, self.user, world.ace, self.course.id, gateway=gateway, quote_id=quote_id)

    def pay(self, which: int, *, good: bool) -> None:
        """Let the student pay what some start gave her, be it wanted still or not; the platform sees none of it."""
        if not self.seen().started:
            return
        gateway, gateway_id = self.seen().started[which % len(self.seen().started)]
        if gateway == "paypal":
            self._approve(gateway_id, good=good)
        else:
            self.world.run(self._confirm_card(gateway_id, good=good))

    def _approve(self, order_id: str, *, good: bool) -> None:
        account = self.world.paypal
        try:
            account.orders.approve(account.orders.get(order_id), account.buyers[0], declines=0 if good else 1)
        except PayPalRefusedError:
            return

    async def _confirm_card(self, intent: str, *, good: bool) -> None:
        try:
            await self.world.ace.client(AsyncStripe).confirm_payment_intent(
                payment_intent_id=intent,
                payment_method="pm_card_visa" if good else "pm_card_chargeDeclinedInsufficientFunds",
                return_url="https://shop.example.com/",
                idempotency_key=f"pay-{next(_numbers)}",
            )
        except Exception as error:
            # Declined, or paid and ended before: the student sees it, the platform does not.
            if not isinstance(error, CardDeclinedError) and getattr(error, "status", 0) not in (400, 402, 409):
                raise

    def confirm(self, which: int, death: Planned = None) -> None:
        """Let the browser come back."""
        if not self.seen().started:
            return
        gateway, gateway_id = self.seen().started[which % len(self.seen().started)]
        self._try(payments.settle(self.world.ace, self.world.sessions, gateway=gateway, gateway_id=gateway_id), death)

    def deliver(self, which: int, death: Planned = None) -> None:
        """Let one of all events arrive, be it old, new, or here before."""
        events = [(name, each) for name, each in self.world.events() if each["id"] not in self.lost]
        if events:
            self._try(self.world.deliver(*events[which % len(events)]), death)

    def lose(self, which: int) -> None:
        """Let one event never arrive again."""
        events = self.world.events()
        if events:
            self.lost.add(events[which % len(events)][1]["id"])

    def refund_by_admin(self, which: int, part: int | None, death: Planned = None) -> None:
        rows = self.seen().captured
        self._try(self._refund_by_admin(rows[which % len(rows)].id, part), death)

    async def _refund_by_admin(self, payment_id: int, part: int | None) -> None:
        amount = None if part is None else Money.of(part, PRICE.currency)
        try:
            await refunds.catch_up(self.world.ace, self.world.sessions, payment_id)
            asked = await refunds.ask(
                self.world.sessions, payment_id, amount, admin_id=self.user.id, now=self.world.now()
            )
        except (KeyError, InvalidInputError):
            return
        await refunds.send(self.world.ace, self.world.sessions, asked.id)

    def refund_at_gateway(self, which: int, part: str) -> None:
        """Refund in the gateway's own dashboard, behind the platform's back."""
        charges, captures = self.world.stripe.books.charges, self.world.paypal.payments.captures
        paid = [("stripe", each) for each in charges.values()] + [("paypal", each) for each in captures.values()]
        if not paid:
            return
        gateway, each = paid[which % len(paid)]
        try:
            if gateway == "stripe":
                amount = {"amount": "12345"} if part else {}
                self.world.stripe.books.refund({"charge": each["id"], **amount})
            else:
                currency = each["amount"]["currency_code"]
                asked = {"amount": {"currency_code": currency, "value": "3.21"}} if part else {}
                self.world.paypal.payments.refund(each, asked)
        except (StripeRefusedError, PayPalRefusedError):
            return

    def dispute(self, which: int) -> None:
        charges, captures = self.world.stripe.books.charges, self.world.paypal.payments.captures
        paid = [("stripe", each) for each in charges.values() if each["status"] == "succeeded" and not each["disputed"]]
        paid += [("paypal", each) for each in captures.values() if not self.world.paypal.disputes.about(each["id"])]
        if not paid:
            return
        gateway, each = paid[which % len(paid)]
        try:
            if gateway == "stripe":
                self.world.stripe.books.open_dispute(each, reason="fraudulent")
            else:
                self.world.paypal.disputes.open(each)
        except (StripeRefusedError, PayPalRefusedError):
            return

    def disputes(self) -> list[tuple[str, Any]]:
        """Give the disputes at the gateways."""
        mine = [("stripe", each) for each in self.world.stripe.books.disputes.values()]
        return [*mine, *(("paypal", each) for each in self.world.paypal.disputes.all.values())]

    def close_dispute(self, which: int, *, won: bool) -> None:
        mine = self.disputes()
        gateway, each = mine[which % len(mine)]
        try:
            if gateway == "stripe":
                self.world.stripe.books.close_dispute(each, won=won)
            else:
                outcome = "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR"
                self.world.paypal.disputes.close(each, outcome)
        except (StripeRefusedError, PayPalRefusedError):
            return

    def wait(self, seconds: float) -> None:
        self.world.run(self.world.sandbox.clock.advance(seconds))

    def sweep(self, death: Planned = None) -> None:
        """Let the background work have one round."""
        self._try(payments.look_again(self.world.ace, self.world.sessions, now=self.world.now()), death)
        self._try(refunds.send_again(self.world.ace, self.world.sessions, now=self.world.now()))

    # What is seen.

    def seen(self) -> Seen:
        """Give what the database holds; read once after each thing that happened."""
        if self._seen is None:
            self._seen = self.world.run(self._look())
        return self._seen

    async def _look(self) -> Seen:
        async with self.world.sessions() as session:
            rows = await session.scalars(select(Payment).where(Payment.user_id == self.user.id).order_by(Payment.id))
            places = await session.scalars(select(Enrollment.active).where(Enrollment.user_id == self.user.id))
            earned = await session.scalars(select(Revenue).where(Revenue.course_id == self.course.id))
            students = await session.scalar(select(Course.students).where(Course.id == self.course.id))
            revenue = {row.currency: row.minor for row in earned if row.minor}
            return Seen(list(rows), list(places), students or 0, revenue)

    def held_by_gateways(self) -> dict[str, int]:
        """Give what the gateways hold for the student's payments, refunds deducted, in minor units by currency."""
        held: dict[str, int] = {}
        for gateway, gateway_id in self.seen().started:
            try:
                report = self.world.run(self.world.gateways.report(gateway_id=gateway_id, gateway=gateway))
            except NotFoundError:
                continue
            if report.status is PaymentStatus.PAID:
                net = report.received - report.refunded
                held[net.currency] = held.get(net.currency, 0) + net.to_minor()
        return {currency: minor for currency, minor in held.items() if minor}

    def settle_down(self) -> None:
        """Let what is not lost arrive, the background work end, and an operator mend what reconciling shows."""
        self.world.death.disarm()
        self.wait(4 * 3600)
        self._must(payments.look_again(self.world.ace, self.world.sessions, now=self.world.now()))
        for provider, value in self.world.events():
            if value["id"] not in self.lost:
                self._must(self.world.deliver(provider, value))
        for drift in self.drifts():
            self._must(
                payments.settle(self.world.ace, self.world.sessions, gateway=drift.gateway, gateway_id=drift.gateway_id)
            )
        self._must(refunds.send_again(self.world.ace, self.world.sessions, now=self.world.now()))

    def drifts(self) -> list[Any]:
        """Give what reconciling shows of the payments that the platform knows."""
        return list(self.world.run(self.world.gateways.reconcile(self.seen().books)))

    def _try(self, doing: Coroutine[Any, Any, Any], death: Planned = None) -> None:
        """Let it happen; it may be refused, and the platform may die in it."""
        if death is not None:
            self.world.death.plan(*death)
        try:
            self.world.run(doing)
        except (KilledError, HTTPException, ProviderError, paying.NotPayableError, payments.PaymentUnknownError):
            return
        finally:
            self.world.death.disarm()
            self._seen = None

    def _must(self, doing: Coroutine[Any, Any, Any]) -> None:
        """Let it happen; only what lapsed, or what the platform forgot by dying, may find nothing."""
        try:
            self.world.run(doing)
        except (payments.PaymentUnknownError, NotFoundError):
            return
        finally:
            self._seen = None


@contextmanager
def world_on(url: str, through: Through = lambda inner: inner) -> Iterator[World]:
    """Give a world; `through` may put something between the platform and the gateways."""
    world = World(url, through)
    try:
        yield world
    finally:
        world.close()
