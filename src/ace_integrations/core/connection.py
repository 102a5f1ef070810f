"""The pipeline: every call through the same steps, blocking and awaited.

prepare -> local rate limit -> observers -> send under one deadline -> judge -> perhaps again -> read -> record.
"""

import asyncio
from typing import Any, Protocol, TypeVar

from ace_integrations.core.account import Account, Options
from ace_integrations.core.http import AsyncPool, Pool, WireError, WireRequest
from ace_integrations.core.http_call import HttpCall
from ace_integrations.core.outcome import Failed
from ace_integrations.core.trip import Trip

T = TypeVar("T")


class Sender(Protocol):
    """Where a blocking call finds its service."""

    @property
    def options(self) -> Options:
        """What the sending client changes."""
        ...

    def connection(self, provider: str) -> "Connection":
        """Give the connection of one service."""
        ...


class AsyncSender(Protocol):
    """Where an awaited call finds its service."""

    @property
    def options(self) -> Options:
        """What the sending client changes."""
        ...

    def connection(self, provider: str) -> "AsyncConnection":
        """Give the connection of one service."""
        ...


class Connection:
    """Sends the calls of one account, blocking. Safe to share between threads and across a fork."""

    def __init__(self, account: Account, http: Any = None) -> None:
        self.account = account
        self._http = http
        self._pool: Pool | None = None
        self.kept: dict[str, Any] = {}

    def exchange(self, call: HttpCall[T], options: Options) -> T:
        """Send a call and read its result.

        Raises:
            ProviderError: a subclass that says what to do; see `ace_integrations.errors`.
            InvalidInputError: the description itself is unsafe; nothing was sent.
        """
        trip = Trip(self.account, call, options)
        try:
            try:
                result = self._attempt(trip)
            except Failed as failed:
                result = self._again(trip, failed)
        except BaseException as error:
            trip.ended(error)
            raise
        trip.ended(None)
        return result

    def _again(self, trip: "Trip[T]", failed: Failed) -> T:
        # stamina is asked only after a first failure: its context costs more than a fifth of a bare call.
        try:
            for attempt in trip.retries():
                with attempt:
                    if attempt.num == 1:
                        raise failed
                    return self._attempt(trip)
        except Failed as last:
            raise trip.final(last) from None
        raise AssertionError("stamina ends with a result or an error")

    def _attempt(self, trip: "Trip[T]") -> T:
        if trip.token_call is None:
            return self._try(trip, trip.request)
        token = self._token(trip)
        try:
            return self._try(trip, trip.bearing(token))
        except Failed as failed:
            if not trip.may_renew(failed):
                raise
        # A token that is refused before its end was revoked: the call was surely not carried out.
        self.account.tokens.drop(token)
        return self._try(trip, trip.bearing(self._token(trip)))

    def _try(self, trip: "Trip[T]", request: WireRequest) -> T:
        if self._pool is None:
            self._pool = Pool(request.url, self._http)
        trip.attempts += 1
        try:
            reply = self._pool.send(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        return trip.read(reply)

    def _token(self, trip: "Trip[Any]") -> str:
        tokens = self.account.tokens
        if token := tokens.current():
            return token
        if not tokens.turns.lock.acquire(timeout=trip.left):
            raise trip.waited_for_token()
        try:
            return tokens.current() or tokens.borrowed() or tokens.keep(self.exchange(*trip.asking_for_token()))
        finally:
            tokens.turns.lock.release()

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


class AsyncConnection:
    """Sends the calls of one account, awaited. Safe to share between event loops."""

    def __init__(self, account: Account, http: Any = None) -> None:
        self.account = account
        self._http = http
        self._pool: AsyncPool | None = None
        self.kept: dict[str, Any] = {}

    async def exchange(self, call: HttpCall[T], options: Options) -> T:
        """Send a call and read its result; see `Connection.exchange`."""
        trip = Trip(self.account, call, options)
        try:
            try:
                result = await self._attempt(trip)
            except Failed as failed:
                result = await self._again(trip, failed)
        except BaseException as error:
            trip.ended(error)
            raise
        trip.ended(None)
        return result

    async def _again(self, trip: "Trip[T]", failed: Failed) -> T:
        try:
            async for attempt in trip.aretries():
                with attempt:
                    if attempt.num == 1:
                        raise failed
                    return await self._attempt(trip)
        except Failed as last:
            raise trip.final(last) from None
        raise AssertionError("stamina ends with a result or an error")

    async def _attempt(self, trip: "Trip[T]") -> T:
        if trip.token_call is None:
            return await self._try(trip, trip.request)
        token = await self._token(trip)
        try:
            return await self._try(trip, trip.bearing(token))
        except Failed as failed:
            if not trip.may_renew(failed):
                raise
        self.account.tokens.drop(token)
        return await self._try(trip, trip.bearing(await self._token(trip)))

    async def _token(self, trip: "Trip[Any]") -> str:
        tokens = self.account.tokens
        if token := tokens.current():
            return token
        lock = tokens.turns.alock()
        try:
            await asyncio.wait_for(lock.acquire(), trip.left)
        except TimeoutError:
            raise trip.waited_for_token() from None
        try:
            if token := tokens.current() or await asyncio.to_thread(tokens.borrowed):
                return token
            asked = await self.exchange(*trip.asking_for_token())
            return await asyncio.to_thread(tokens.keep, asked)
        finally:
            lock.release()

    async def _try(self, trip: "Trip[T]", request: WireRequest) -> T:
        if self._pool is None:
            self._pool = AsyncPool(request.url, self._http)
        trip.attempts += 1
        try:
            reply = await self._pool.send(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        return trip.read(reply)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        if self._pool is not None:
            await self._pool.aclose()
