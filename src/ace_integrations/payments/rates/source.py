"""What a source of rates is, and what all of ours have in common: exact digits, small answers, one try."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ace_integrations.core.call import Call
from ace_integrations.core.http_call import HttpCall, Repeat, Reply
from ace_integrations.core.service import Endpoint, Problem, Service, read_problem
from ace_integrations.errors import InvalidInputError, ProviderError, UnexpectedReplyError
from ace_integrations.payments.money import ISO_4217
from ace_integrations.payments.rates.rate import Rate
from ace_integrations.settings import ProviderSettings

S = TypeVar("S", bound=ProviderSettings)
M = TypeVar("M", bound="Answer")

CONNECT_S = 3.0
LARGEST_ANSWER = 2 * 1024 * 1024
"""Bytes; the longest list of rates has a hundredth of it."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_NUMBER = 40
_LEAST, _MOST = Decimal("1e-12"), Decimal("1e12")


class RateSource(Protocol):
    """What a plugin for exchange rates implements, once for both colours."""

    def latest(self, *, base: str, quote: str, known: Rate | None = None) -> Call[Rate]:
        """Ask for the newest rate: how much of `quote` one `base` is worth.

        Args:
            known: what this source said last; it may answer that this still holds.

        Raises:
            ProviderError: no rate came, or none that can be read. Anything else would end the chain of sources.
        """
        ...


class Answer(BaseModel):
    """The base of every answer: frozen, and more fields than are named here do no harm."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


def number(value: object) -> Decimal:
    """Read a rate from a JSON value: a number above zero, of a size that a rate can have.

    Raises:
        ValueError: it is text, true, nothing, not finite, not positive, or beyond all rates.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is not a number")
    exact = Decimal(value)
    if not exact.is_finite() or not _LEAST <= exact <= _MOST:
        raise ValueError("is not a number that a rate can be")
    return exact


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("is not a day as in 2026-11-24")
    return date.fromisoformat(value)


def _moment(value: object) -> datetime:
    # Milliseconds would be a year beyond the calendar, which is an error of its own kind.
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a number of Unix seconds")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError):
        raise ValueError("is not a number of Unix seconds") from None


Number = Annotated[Decimal, BeforeValidator(number)]
"""A rate, its digits kept."""

Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
"""Unix seconds."""


def midnight(day: date) -> datetime:
    """Give 00:00 UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def exact_json(reply: Reply) -> Any:
    """Parse a JSON answer with every digit of its numbers: no binary float in between.

    Raises:
        UnexpectedReplyError: it is not JSON.
    """
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnexpectedReplyError(f"the answer is {media_type or 'of no type'}, not JSON", status=reply.status)
    try:
        return json.loads(reply.body, parse_float=_short, parse_int=_short, parse_constant=_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise UnexpectedReplyError("the answer is not valid JSON, or was cut", code="invalid_json") from None


def read_as(value: Any, into: type[M]) -> M:
    """Read what was parsed as one kind of answer.

    Raises:
        UnexpectedReplyError: it lacks what is promised.
    """
    try:
        return into.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        places = [f"{'.'.join(map(str, one['loc'])) or 'body'} ({one['type']})" for one in problems[:5]]
        raise UnexpectedReplyError(f"the answer lacks what is promised: {', '.join(places)}") from None


def rate_of(rates: Mapping[str, Any], currency: str) -> Decimal:
    """Give one rate of a table; the others may be what they like.

    Raises:
        UnexpectedReplyError: it has none, or none that can be read.
    """
    try:
        return number(rates.get(currency))
    except ValueError as error:
        raise UnexpectedReplyError(f"the rate of {currency} {error}") from None


def same_pair(said: tuple[str, str], asked: tuple[str, str]) -> None:
    """Hold a source to the pair that it was asked for.

    Raises:
        UnexpectedReplyError: it answered with another.
    """
    if said != asked:
        raise UnexpectedReplyError(f"the answer is of {'/'.join(said)}, not of {'/'.join(asked)}")


def refused(message: str, code: str, kinds: Mapping[str, type[ProviderError]]) -> NoReturn:
    """Raise what a service says in an answer whose status is a success.

    Args:
        kinds: the error by the service's code; `UnexpectedReplyError` for all others.
    """
    raise kinds.get(code, UnexpectedReplyError)(message, code=code)


def ask(
    path: str,
    read: Callable[[Reply], Rate],
    *,
    pair: tuple[str, str],
    known: Rate | None,
    path_params: Mapping[str, str] | None = None,
    query: Mapping[str, str | None] | None = None,
) -> HttpCall[Rate]:
    """Describe a question for a rate; what is known already is sent along where the source marked it.

    Raises:
        InvalidInputError: the pair is not of two currencies.
    """
    if len(set(pair)) != 2 or not ISO_4217.issuperset(pair):
        raise InvalidInputError(f"{'/'.join(pair)} is not a pair of active ISO 4217 currencies", field="pair")
    etag = known.etag if known is not None else ""

    def into(reply: Reply) -> Rate:
        if reply.status == 304 and known is not None:
            return known
        return read(reply).model_copy(update={"etag": reply.headers.get("etag", "")})

    return HttpCall(
        "GET",
        path,
        into,
        path_params=path_params or {},
        query=query or {},
        headers={"if-none-match": etag} if etag else {},
        # Tried again only when it was surely not sent: the next source is nearer than this one's recovery.
        repeat=Repeat.COSTLY,
    )


def source_service(
    settings: type[S],
    url: str,
    *,
    headers: Callable[[S], Mapping[str, str]] = lambda _: {},
    problem: Callable[[Reply], Problem] = read_problem,
) -> Service[S]:
    """Describe a source as the core must know it.

    Args:
        url: where the real one is.
        headers: the credentials; raises `ConfigurationError` naming what is unset.
    """
    return Service(
        settings.provider,
        settings,
        lambda given: Endpoint((given.base_url or url).rstrip("/"), headers(given)),
        problem,
        retry_hint=lambda _: False,
        max_reply_bytes=LARGEST_ANSWER,
        connect_s=CONNECT_S,
    )


def _short(text: str) -> Decimal | int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number longer than any rate")
    return Decimal(text) if not text.lstrip("-").isdigit() else int(text)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
