"""The pipeline: every call through the same steps, blocking and awaited.

prepare -> local rate limit -> observers -> send under one deadline -> judge -> perhaps again -> read -> record.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, closing
from typing import Any, Protocol, TypeVar

from ace_integrations.core.account import Account, Options
from ace_integrations.core.http import AsyncOpened, AsyncPool, Opened, Pool, WireError, WireReply, WireRequest
from ace_integrations.core.http_call import HttpCall
from ace_integrations.core.outcome import Failed
from ace_integrations.core.stream import Events, PartReader, Streamed
from ace_integrations.core.trip import Trip
from ace_integrations.errors import ProviderError

T = TypeVar("T")
U = TypeVar("U")


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
        trip = self._begun(call, options)
        try:
            self._take(trip)
            try:
                result = self._attempt(trip, self._try)
            except Failed as failed:
                result = self._again(trip, failed, self._try)
        except BaseException as error:
            self._ended(trip, error)
            raise
        self._ended(trip, None)
        return result

    def stream(self, streamed: Streamed[T], options: Options) -> Generator[T]:
        """Send a call and give the parts of its answer as they come; see `exchange`."""
        trip, reader = self._begun(streamed.call, options), streamed.reader()
        try:
            self._take(trip)
            try:
                opened = self._attempt(trip, self._try_opening)
            except Failed as failed:
                opened = self._again(trip, failed, self._try_opening)
            with closing(opened):
                yield from self._parts(trip, opened, reader)
        except BaseException as error:
            trip.used = reader.used() or None
            # Who leaves early has what they wanted.
            self._ended(trip, None if isinstance(error, GeneratorExit) else error)
            raise
        trip.used = reader.used()
        self._ended(trip, None)
        if (more := reader.following()) is not None:
            yield from self.stream(more, options)

    def _parts(self, trip: Trip[Any], opened: Opened, reader: PartReader[T]) -> Generator[T]:
        events = Events()
        try:
            while (piece := opened.piece()) is not None:
                for data in events.feed(piece):
                    yield from reader.read(data)
            for data in events.end():
                yield from reader.read(data)
            yield from reader.end()
        except WireError as trouble:
            raise trip.lost(trouble).error from None
        except ProviderError as error:
            raise trip.broken(error) from None

    def _begun(self, call: HttpCall[T], options: Options) -> Trip[T]:
        account = self.account
        if account.rests and account.pauses.is_due(call.group):
            account.pauses.look(call.group)
        return Trip(account, call, options)

    def _take(self, trip: Trip[Any]) -> None:
        if self.account.guard is not None:
            trip.hold = self.account.guard.take(trip.record())

    def _ended(self, trip: Trip[Any], error: BaseException | None) -> None:
        trip.ended(error)
        if trip.rested:
            self.account.pauses.share(trip.group)
        if trip.hold is not None and self.account.guard is not None:
            self.account.guard.settle(trip.hold, trip.record(error="" if error is None else type(error).__name__))

    def _again(self, trip: Trip[T], failed: Failed, do: Callable[[Trip[T], WireRequest], U]) -> U:
        # stamina is asked only after a first failure: its context costs more than a fifth of a bare call.
        try:
            for attempt in trip.retries():
                with attempt:
                    if attempt.num == 1:
                        raise failed
                    return self._attempt(trip, do)
        except Failed as last:
            raise trip.final(last) from None
        raise AssertionError("stamina ends with a result or an error")

    def _attempt(self, trip: Trip[T], do: Callable[[Trip[T], WireRequest], U]) -> U:
        if trip.token_call is None:
            return do(trip, trip.request)
        token = self._token(trip)
        try:
            return do(trip, trip.bearing(token))
        except Failed as failed:
            if not trip.may_renew(failed):
                raise
        # A token that is refused before its end was revoked: the call was surely not carried out.
        self.account.tokens.drop(token)
        return do(trip, trip.bearing(self._token(trip)))

    def _try(self, trip: Trip[T], request: WireRequest) -> T:
        trip.attempts += 1
        try:
            reply = self._pooled(request).send(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        return trip.read(reply)

    def _try_opening(self, trip: Trip[Any], request: WireRequest) -> Opened:
        trip.attempts += 1
        try:
            opened = self._pooled(request).open(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        try:
            if trip.streams(opened):
                return opened
            reply = WireReply(opened.status, opened.headers, opened.rest())
        except WireError as trouble:
            opened.close()
            raise trip.lost(trouble) from None
        except BaseException:
            opened.close()
            raise
        opened.close()
        trip.read(reply)
        raise AssertionError("an answer that is no success is an error")

    def _pooled(self, request: WireRequest) -> Pool:
        if self._pool is None:
            self._pool = Pool(request.url, self._http)
        return self._pool

    def _token(self, trip: Trip[Any]) -> str:
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
        trip = await self._begun(call, options)
        try:
            await self._take(trip)
            try:
                result = await self._attempt(trip, self._try)
            except Failed as failed:
                result = await self._again(trip, failed, self._try)
        except BaseException as error:
            await self._ended(trip, error)
            raise
        await self._ended(trip, None)
        return result

    async def stream(self, streamed: Streamed[T], options: Options) -> AsyncGenerator[T]:
        """Send a call and give the parts of its answer as they come; see `Connection.exchange`."""
        trip, reader = await self._begun(streamed.call, options), streamed.reader()
        try:
            await self._take(trip)
            try:
                opened = await self._attempt(trip, self._try_opening)
            except Failed as failed:
                opened = await self._again(trip, failed, self._try_opening)
            async with aclosing(opened), aclosing(self._parts(trip, opened, reader)) as parts:
                async for part in parts:
                    yield part
        except BaseException as error:
            trip.used = reader.used() or None
            await self._ended(trip, None if isinstance(error, GeneratorExit) else error)
            raise
        trip.used = reader.used()
        await self._ended(trip, None)
        if (more := reader.following()) is not None:
            async with aclosing(self.stream(more, options)) as parts:
                async for part in parts:
                    yield part

    async def _parts(self, trip: Trip[Any], opened: AsyncOpened, reader: PartReader[T]) -> AsyncGenerator[T]:
        events = Events()
        try:
            while (piece := await opened.piece()) is not None:
                for data in events.feed(piece):
                    for part in reader.read(data):
                        yield part
            for data in events.end():
                for part in reader.read(data):
                    yield part
            for part in reader.end():
                yield part
        except WireError as trouble:
            raise trip.lost(trouble).error from None
        except ProviderError as error:
            raise trip.broken(error) from None

    async def _begun(self, call: HttpCall[T], options: Options) -> Trip[T]:
        account = self.account
        if account.rests and account.pauses.is_due(call.group):
            await asyncio.to_thread(account.pauses.look, call.group)
        return Trip(account, call, options)

    async def _take(self, trip: Trip[Any]) -> None:
        guard = self.account.guard
        if guard is not None:
            take, record = guard.take, trip.record()
            trip.hold = await asyncio.to_thread(take, record) if guard.is_slow else take(record)

    async def _ended(self, trip: Trip[Any], error: BaseException | None) -> None:
        trip.ended(error)
        if trip.rested:
            await asyncio.to_thread(self.account.pauses.share, trip.group)
        guard = self.account.guard
        if trip.hold is not None and guard is not None:
            record = trip.record(error="" if error is None else type(error).__name__)
            if guard.is_slow:
                await asyncio.to_thread(guard.settle, trip.hold, record)
            else:
                guard.settle(trip.hold, record)

    async def _again(self, trip: Trip[T], failed: Failed, do: Callable[[Trip[T], WireRequest], Awaitable[U]]) -> U:
        try:
            async for attempt in trip.aretries():
                with attempt:
                    if attempt.num == 1:
                        raise failed
                    return await self._attempt(trip, do)
        except Failed as last:
            raise trip.final(last) from None
        raise AssertionError("stamina ends with a result or an error")

    async def _attempt(self, trip: Trip[T], do: Callable[[Trip[T], WireRequest], Awaitable[U]]) -> U:
        if trip.token_call is None:
            return await do(trip, trip.request)
        token = await self._token(trip)
        try:
            return await do(trip, trip.bearing(token))
        except Failed as failed:
            if not trip.may_renew(failed):
                raise
        self.account.tokens.drop(token)
        return await do(trip, trip.bearing(await self._token(trip)))

    async def _token(self, trip: Trip[Any]) -> str:
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

    async def _try(self, trip: Trip[T], request: WireRequest) -> T:
        trip.attempts += 1
        try:
            reply = await self._pooled(request).send(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        return trip.read(reply)

    async def _try_opening(self, trip: Trip[Any], request: WireRequest) -> AsyncOpened:
        trip.attempts += 1
        try:
            opened = await self._pooled(request).open(
                request, read_timeout=trip.timeout, deadline=trip.deadline, max_bytes=trip.max_bytes
            )
        except WireError as trouble:
            raise trip.lost(trouble) from None
        try:
            if trip.streams(opened):
                return opened
            reply = WireReply(opened.status, opened.headers, await opened.rest())
        except WireError as trouble:
            await opened.aclose()
            raise trip.lost(trouble) from None
        except BaseException:
            await opened.aclose()
            raise
        await opened.aclose()
        trip.read(reply)
        raise AssertionError("an answer that is no success is an error")

    def _pooled(self, request: WireRequest) -> AsyncPool:
        if self._pool is None:
            self._pool = AsyncPool(request.url, self._http)
        return self._pool

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        if self._pool is not None:
            await self._pool.aclose()
