"""One call on its way: the bytes it is made of, its deadline and its tries. Holds no colour and does no I/O."""

import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

import stamina
from pydantic_core import to_json

from ace_integrations.core.account import Account, Options
from ace_integrations.core.address import build_path, build_query
from ace_integrations.core.http import AsyncOpened, Opened, Trouble, WireError, WireReply, WireRequest
from ace_integrations.core.http_call import Headers, HttpCall, Repeat, Reply, without_none
from ace_integrations.core.outcome import Failed, from_content, from_status, from_wire
from ace_integrations.core.pause import Rest
from ace_integrations.core.retry_after import parse_retry_after
from ace_integrations.core.telemetry import CallRecord, acting_user, is_logged, log
from ace_integrations.core.token import Token
from ace_integrations.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidInputError,
    ProviderError,
    UnexpectedReplyError,
)

T = TypeVar("T")

USER_AGENT = "ace-integrations/0.1 (python)"


class Trip(Generic[T]):
    """One call on its way: its bytes, its deadline, its tries. Holds no colour and does no I/O."""

    __slots__ = (
        "_account",
        "_call",
        "_options",
        "_repeats",
        "_request",
        "_request_id",
        "_started",
        "_status",
        "_was_renewed",
        "_was_sent",
        "attempts",
        "deadline",
        "hold",
        "max_bytes",
        "rested",
        "timeout",
        "token_call",
        "used",
    )  # fmt: skip

    def __init__(self, account: Account, call: HttpCall[T], options: Options) -> None:
        self._account = account
        self._call = call
        self._options = account.options(options)
        self._repeats = call.repeats
        self._status: int | None = None
        self._request_id = ""
        self._was_renewed = False
        self._was_sent = False
        self.attempts = 0
        self.hold: object = None
        self.rested = False
        self.used: Mapping[str, int] | None = None
        self.token_call = account.service.token if call.bears_token else None
        self.max_bytes = call.max_bytes or account.service.max_reply_bytes
        self._request = prepare(account, call)
        if account.rests:
            account.pauses.check(call.provider, call.operation, call.group)
        account.limit.take()
        if account.observer is not None:
            account.observer.before_call(self.record())
        self.timeout = account.patience(options, call.timeout)
        self._started = time.monotonic()
        self.deadline = self._started + self.timeout

    @property
    def request(self) -> WireRequest:
        """The request as it is sent now: a signed one carries the time of its try."""
        account = self._account
        sign = account.service.sign
        return self._request if sign is None else sign(account.settings, self._request, account.clock())

    def bearing(self, token: str) -> WireRequest:
        """Give the request with a bearer token."""
        request = self.request
        return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})

    def may_renew(self, failed: Failed) -> bool:
        """Whether this try failed for its token, which is asked for anew once."""
        refused, self._was_renewed = self._status == 401 and not self._was_renewed, True
        return refused and isinstance(failed.error, AuthenticationError)

    def asking_for_token(self) -> "tuple[HttpCall[Token], Options]":
        """Give the call that asks for a token, within the time that is left."""
        assert self.token_call is not None  # noqa: S101 - asked for only where there is one
        call = replace(self.token_call(self._account.settings), bears_token=False)
        return call.labelled(self._call.provider, "token"), replace(self._options, timeout_s=self.left)

    def waited_for_token(self) -> ProviderError:
        """Give the error of a call whose time ended before it had a token."""
        message = "no token came in time; nothing was sent"
        return ConnectionFailedError(message, provider=self._call.provider, operation=self._call.operation)

    @property
    def group(self) -> str:
        """The operations that a pause of the service holds back together with this one."""
        return self._call.group

    @property
    def left(self) -> float:
        """Seconds until the deadline, a millisecond at least."""
        return max(0.001, self.deadline - time.monotonic())

    def lost(self, trouble: WireError) -> Failed:
        """Judge a try without an answer."""
        self._status = None
        self._was_sent = trouble.trouble not in (Trouble.NOT_SENT, Trouble.NO_CONNECTION_FREE)
        return self._filled(from_wire(trouble, self._repeats))

    def read(self, wire: WireReply) -> T:
        """Read the result from an answer.

        Raises:
            Failed: it holds none.
        """
        service = self._account.service
        self.came(wire.status, wire.headers)
        now = self._account.clock()
        reply = Reply(wire.status, wire.headers, wire.body, self._request_id, self.attempts, now)
        if self._account.rests:
            self._heed(service.rest(reply))
        if not 200 <= wire.status < 300 and not self._is_unchanged:
            told = parse_retry_after(wire.headers.all("retry-after"), now=now)
            raise self._filled(from_status(service, reply, self._repeats, told))
        try:
            result = self._call.into(reply)
        except UnexpectedReplyError as error:
            raise self._filled(from_content(error, self._repeats)) from None
        except ProviderError as refusal:
            # Some services say no under a status of success.
            raise self._filled(Failed(refusal, again=False)) from None
        if self._call.metered is not None:
            self.used = self._call.metered.used(result)
        return result

    def came(self, status: int, headers: Headers) -> None:
        """Note that an answer came."""
        self._status = status
        self._request_id = headers.get(self._account.service.request_id_header, "")

    def streams(self, opened: Opened | AsyncOpened) -> bool:
        """Note that an answer began; say whether it is a stream, and not an error to be read whole.

        Raises:
            Failed: a success that is no stream.
        """
        self.came(opened.status, opened.headers)
        if not 200 <= opened.status < 300:
            return False
        media_type = opened.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "text/event-stream":
            error = UnexpectedReplyError(f"the answer is {media_type or 'of no type'}, not a stream of events")
            raise self._filled(from_content(error, self._repeats))
        if self._account.rests:
            self._heed(None)
        return True

    def broken(self, error: ProviderError) -> ProviderError:
        """Say where an error in the midst of a stream happened."""
        return self._filled(Failed(error, again=False)).error

    def _heed(self, rest: Rest | None) -> None:
        if rest is None:
            self._account.pauses.end(self._call.group)
        else:
            self._account.pauses.begin(self._call.group, rest)
            self.rested = True

    def retries(self) -> Iterator[stamina.Attempt]:
        """Give stamina's loop; its first round stands for the try that already failed."""
        return iter(stamina.retry_context(on=self._pause, attempts=self._tries, timeout=self.timeout))

    def aretries(self) -> AsyncIterator[stamina.Attempt]:
        """Give stamina's loop for `async for`."""
        return aiter(stamina.retry_context(on=self._pause, attempts=self._tries, timeout=self.timeout))

    def final(self, last: Failed) -> ProviderError:
        """Give the error of the last try."""
        if isinstance(last.error, DeadlineExceededError):
            last.error.args = (f"{last.error.message}: {self.attempts} tries in {self.timeout:g} s",)
        return last.error

    def ended(self, error: BaseException | None) -> None:
        """Tell the log and the observers how it ended."""
        if error is None:
            self._account.budget.earn()
        observer = self._account.observer
        if self.used is None and error is not None and self._was_surely_not_served(error):
            self.used = {}
        if observer is None and not is_logged(failed=error is not None):
            return
        record = self.record(
            status=self._status,
            duration_s=time.monotonic() - self._started,
            attempts=self.attempts,
            request_id=self._request_id,
            error="" if error is None else type(error).__name__,
        )
        log(record)
        if observer is not None:
            observer.after_call(record)

    def _was_surely_not_served(self, error: BaseException) -> bool:
        is_refusal = self._status is not None and 400 <= self._status < 500
        return is_refusal or not self.attempts or (isinstance(error, ConnectionFailedError) and not self._was_sent)

    @property
    def _is_unchanged(self) -> bool:
        """Whether the answer is that what the caller holds is still good, asked by `If-None-Match`."""
        return self._status == 304 and "if-none-match" in self._request.headers

    @property
    def _tries(self) -> int:
        most = 2 if self._repeats is Repeat.COSTLY else 11
        retries = 2 if self._options.max_retries is None else self._options.max_retries
        return min(1 + retries, most)

    def _pause(self, failed: Exception) -> bool | float:
        """Say how long to wait before the next try; False ends it."""
        if not isinstance(failed, Failed) or not failed.again or self.rested or self.attempts >= self._tries:
            return False
        left = self.deadline - time.monotonic()
        backoff = min(5.0, 0.1 * 2.0 ** (self.attempts - 1) + random.random())  # noqa: S311 - jitter, not a secret
        # Our own pause may be cut to leave time for the try after it; what the service told may not.
        pause = min(backoff, left / 2) if failed.told is None else failed.told
        # stamina sleeps whatever it is told, past its own timeout too: what does not fit is not handed over.
        if left <= 0 or pause >= left or not self._account.budget.spend():
            return False
        return pause

    def _filled(self, failed: Failed) -> Failed:
        """Say where it happened, and drop what must not be said."""
        error = failed.error
        error.provider, error.operation = self._call.provider, self._call.operation
        error.status = self._status
        error.request_id = self._request_id or error.request_id
        error.message = self._account.redactor.text(error.message)
        error.args = (error.message,)
        return failed

    def record(self, **known: Any) -> CallRecord:
        """Give the record of the call as far as it is known."""
        call = self._call
        return CallRecord(
            call.provider,
            call.operation,
            call.method,
            call.path,
            units=call.units,
            foreseen=None if call.metered is None else call.metered.foreseen,
            used=self.used,
            user=acting_user(),
            **known,
        )


def prepare(account: Account, call: HttpCall[Any]) -> WireRequest:
    """Build the bytes of a call; the same at every try.

    Raises:
        InvalidInputError: a path value is empty or would change the address; a key is given that has nowhere to go.
        ConfigurationError: a setting that the endpoint needs is unset.
    """
    endpoint = account.endpoint
    url = endpoint.base_url + build_path(call.path, call.path_params)
    if call.query and (query := build_query(call.query)):
        url = f"{url}?{query}"
    headers = {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "user-agent": USER_AGENT,
        **endpoint.headers,
        **call.headers,
    }
    if call.idempotency_key is not None:
        header = account.service.idempotency_header
        if header is None or not call.idempotency_key or not call.idempotency_key.isascii():
            raise InvalidInputError("is empty, not ASCII, or not known to this service", field="idempotency_key")
        headers[header] = call.idempotency_key
    request = WireRequest(call.method, url, headers, content=call.content, connect_s=account.service.connect_s)
    if call.files:
        form = without_none(call.form or {})
        return replace(request, form=form, files=tuple(call.files))
    if call.form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
        return replace(request, content=build_query(call.form).encode())
    if call.json is not None:
        headers["content-type"] = "application/json"
        return replace(request, content=to_json(call.json))
    return request
