"""`ace.rates`: the rate to believe now, and quotes made with it."""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.core.shared import Shared
from ace_integrations.payments.money import Money
from ace_integrations.payments.rates.asking import Asked, RateChain
from ace_integrations.payments.rates.chain import Accepted, RateRefusedError, RateRules
from ace_integrations.payments.rates.keeper import LastRates, RateKeeper, SharedLastRates
from ace_integrations.payments.rates.quote import Quote
from ace_integrations.payments.rates.source import RateSource
from ace_integrations.settings import ProviderSettings, Settings


class RateTerms:
    """How rates are believed and quoted on one platform: what both colours of `ace.rates` are made of.

    Args:
        sources: by name, in their order.
        providers: the sources' own settings.
        clock: gives Unix seconds.
        shared: where other processes find a rate, None for nowhere.
        last_rates: where the last accepted one outlives this process.
    """

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, RateSource],
        *,
        providers: Sequence[ProviderSettings],
        clock: Callable[[], float],
        shared: Shared | None = None,
        last_rates: LastRates | None = None,
    ) -> None:
        rules = rules_of(settings)
        self.chain = RateChain(sources, rules, clock=clock)
        self.sources = tuple(sources)
        self.life: timedelta = settings.fx_quote_ttl
        self.markup: Decimal = settings.fx_markup
        self.keeper = RateKeeper(
            self.chain,
            rules,
            scope=hashlib.sha256(repr((self.sources, rules, providers)).encode()).hexdigest()[:16],
            clock=clock,
            shared=shared,
            last_rates=last_rates or _in_shared_place(shared, providers),
        )

    def quote(
        self,
        accepted: Accepted,
        price: Money,
        *,
        to: str,
        purpose: str,
        user: str,
        exponents: str,
        smallest: Money | None,
    ) -> Quote:
        """Make a quote of an accepted rate."""
        return Quote.make(
            price,
            to=to,
            accepted=accepted,
            purpose=purpose,
            user=user,
            now=self.keeper.now,
            life=self.life,
            markup=self.markup,
            exponents=exponents,
            smallest=smallest,
        )


def _in_shared_place(shared: Shared | None, providers: Sequence[ProviderSettings]) -> LastRates | None:
    realm = "sandbox" if any(settings.is_sandbox for settings in providers) else "live"
    return None if shared is None else SharedLastRates(shared, realm=realm)


def rules_of(settings: Settings) -> RateRules:
    """Give the rules that the settings hold."""
    lowest, highest = settings.fx_bounds
    return RateRules(
        warn_age=settings.fx_warn_age,
        max_age=settings.fx_max_age,
        max_future=settings.fx_max_future,
        lowest=lowest,
        highest=highest,
        band=settings.fx_band,
        agree=settings.fx_agree,
        fixed=settings.fx_fixed,
    )


class ExchangeRates(SyncFacade):
    """Rates and quotes, blocking. Thread-safe: however many ask at once, the sources are asked by one."""

    def __init__(self, sender: Sender, terms: RateTerms) -> None:
        super().__init__(sender)
        self._terms = terms
        self._keeper = terms.keeper

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources that are switched on, in their order."""
        return self._terms.sources

    def rate(self) -> Accepted:
        """Give the EGP that one USD is worth, with its source, its age and how much it is believed.

        Kept until the source has a newer one, or for an hour; near the end of that it is renewed behind your back.

        Raises:
            RateRefusedError: none can be believed; offer a gateway that takes EGP.
        """
        held = self._keeper.current()
        if held is None:
            with self._keeper.turns.lock:
                return self._keeper.current() or self._keeper.borrowed() or self._ask()
        if self._keeper.wants_renewal and self._keeper.takes_renewal_on():
            threading.Thread(target=self._renew, name="ace-rates", daemon=True).start()
        return held

    def refresh(self) -> Accepted:
        """Ask the sources now, whatever is kept: for a task that runs every hour, so that no checkout waits.

        Raises:
            RateRefusedError: none can be believed; what was kept is not believed either.
        """
        with self._keeper.turns.lock:
            return self._ask()

    def quote(
        self,
        price: Money,
        *,
        to: str,
        purpose: str,
        user: str,
        exponents: str = "iso",
        smallest: Money | None = None,
    ) -> Quote:
        """Freeze what a price is in another currency: store it, show it, and make the order of it.

        Args:
            to: "USD" for a price in EGP, or the other way round.
            purpose: your own word for what is bought, as in "course:42".
            user: your own id of the only user who may use it.
            exponents: whose decimal places: "iso", or the gateway that takes the money: "paypal", "stripe".
            smallest: what is charged at least; the gateway's own floor when not given.

        Raises:
            RateRefusedError: no rate can be believed.
            RateMismatchError: the currencies are not USD and EGP.
            AmountTooSmallError: less is left than the gateway takes.
        """
        how = {"to": to, "purpose": purpose, "user": user, "exponents": exponents}
        return self._terms.quote(self.rate(), price, **how, smallest=smallest)

    def survey(self) -> tuple[Asked, ...]:
        """Ask every source and decide nothing: for a person who looks."""
        return self.perform(self._terms.chain.survey())

    def _ask(self) -> Accepted:
        self._keeper.learn()
        return self._keeper.keep(self.perform(self._keeper.round()))

    def _renew(self) -> None:
        with suppress(RateRefusedError), self._keeper.turns.lock:  # a refusal is told, and stands for a minute
            if self._keeper.ends_soon:  # another caller may have renewed it meanwhile
                self._ask()


class AsyncExchangeRates(AsyncFacade):
    """Rates and quotes, awaited; usable from several event loops."""

    def __init__(self, sender: AsyncSender, terms: RateTerms) -> None:
        super().__init__(sender)
        self._terms = terms
        self._keeper = terms.keeper
        self._renewals: set[asyncio.Task[None]] = set()

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources that are switched on, in their order."""
        return self._terms.sources

    async def rate(self) -> Accepted:
        """Give the EGP that one USD is worth; see `ExchangeRates.rate`."""
        held = self._keeper.current()
        if held is None:
            async with self._keeper.turns.alock():
                held = self._keeper.current() or await asyncio.to_thread(self._keeper.borrowed)
                return held or await self._ask()
        if self._keeper.wants_renewal and await asyncio.to_thread(self._keeper.takes_renewal_on):
            task = asyncio.create_task(self._renew())
            self._renewals.add(task)
            task.add_done_callback(self._renewals.discard)
        return held

    async def refresh(self) -> Accepted:
        """Ask the sources now; see `ExchangeRates.refresh`."""
        async with self._keeper.turns.alock():
            return await self._ask()

    async def quote(
        self,
        price: Money,
        *,
        to: str,
        purpose: str,
        user: str,
        exponents: str = "iso",
        smallest: Money | None = None,
    ) -> Quote:
        """Freeze what a price is in another currency; see `ExchangeRates.quote`."""
        how = {"to": to, "purpose": purpose, "user": user, "exponents": exponents}
        return self._terms.quote(await self.rate(), price, **how, smallest=smallest)

    async def survey(self) -> tuple[Asked, ...]:
        """Ask every source and decide nothing; see `ExchangeRates.survey`."""
        return await self.perform(self._terms.chain.survey())

    async def _ask(self) -> Accepted:
        await asyncio.to_thread(self._keeper.learn)
        done = await self.perform(self._keeper.round())
        return await asyncio.to_thread(self._keeper.keep, done)

    async def _renew(self) -> None:
        with suppress(RateRefusedError):
            async with self._keeper.turns.alock():
                if self._keeper.ends_soon:
                    await self._ask()
