"""What comes back, read leniently: an answer may hold half letters, NaN, and rows that are no objects."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import from_json

from ace_integrations.core.http_call import Reply
from ace_integrations.errors import InvalidRequestError, UnavailableError, UnexpectedReplyError
from ace_integrations.jobs.link import web_address
from ace_integrations.jobs.posting import JobPosting, SalaryPeriod
from ace_integrations.jobs.source import JobPage
from ace_integrations.jsearch.rows.number import read_amount, read_count
from ace_integrations.jsearch.rows.posted import read_moment
from ace_integrations.jsearch.rows.posting import RowRefusedError, to_posting
from ace_integrations.jsearch.rows.salary import read_period
from ace_integrations.jsearch.rows.text import clean_line
from ace_integrations.jsearch.service import quota_of

Line = Annotated[str | None, BeforeValidator(clean_line)]
Amount = Annotated[int | float | None, BeforeValidator(read_amount)]


class SalaryEstimate(BaseModel):
    """What others say that a job pays, by one source. Source: jsearch.md §3.4.

    Attributes:
        min_salary, max_salary, median_salary: in the unit of `salary_period`; base and additional pay together.
        salary_count: how many salaries it was reckoned from.
        confidence: the service's own word, as in "CONFIDENT".
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    job_title: Line = None
    company: Line = None
    location: Line = None
    min_salary: Amount = None
    max_salary: Amount = None
    median_salary: Amount = None
    min_base_salary: Amount = None
    max_base_salary: Amount = None
    median_base_salary: Amount = None
    min_additional_pay: Amount = None
    max_additional_pay: Amount = None
    median_additional_pay: Amount = None
    salary_period: Annotated[SalaryPeriod | None, BeforeValidator(read_period)] = None
    salary_currency: Line = None
    salary_count: Annotated[int | None, BeforeValidator(read_count)] = None
    salaries_updated_at: Annotated[datetime | None, BeforeValidator(read_moment)] = None
    publisher_name: Line = None
    publisher_link: Annotated[str | None, BeforeValidator(web_address)] = None
    confidence: Line = None


def read_page(reply: Reply) -> JobPage:
    """Read the answer to a search: postings in `data.jobs`, or in `data` itself as older answers have them.

    Raises:
        UnexpectedReplyError: it is neither.

    Source: jsearch.md §3.1
    """
    answer = _answer(reply)
    data, cursor = answer["data"], None
    if isinstance(data, dict):
        inner = cast("dict[str, Any]", data)
        data, cursor = inner.get("jobs"), inner.get("cursor")
    rows = _listed(data, reply)
    now = _received(reply)
    postings = tuple(_postings(rows, now))
    return JobPage(
        postings=postings,
        fetched_at=now,
        cursor=cursor if isinstance(cursor, str) and cursor else None,
        refused=len(rows) - len(postings),
        rate_limit=quota_of(reply.headers, reply.received_at),
        request_id=reply.request_id or clean_line(answer.get("request_id")) or "",
    )


def read_details(reply: Reply) -> tuple[JobPosting, ...]:
    """Read the answer to a question for jobs by their ids; those that are gone are not in it."""
    return tuple(_postings(_listed(_answer(reply)["data"], reply), _received(reply)))


def read_estimates(reply: Reply) -> tuple[SalaryEstimate, ...]:
    """Read what jobs pay; nothing known may be told by a row that is no object."""
    rows = _listed(_answer(reply)["data"], reply)
    return tuple(SalaryEstimate.model_validate(row) for row in rows if isinstance(row, dict))


def _postings(rows: list[object], now: datetime) -> Iterator[JobPosting]:
    for row in rows:
        if isinstance(row, dict):
            try:
                yield to_posting(cast("dict[str, Any]", row), now=now)
            except RowRefusedError:
                continue


def _received(reply: Reply) -> datetime:
    return datetime.fromtimestamp(int(reply.received_at), UTC)


def _listed(data: object, reply: Reply) -> list[object]:
    if not isinstance(data, list):
        raise UnexpectedReplyError("the answer holds no list of what was asked for", status=reply.status)
    return cast("list[object]", data)


def _answer(reply: Reply) -> dict[str, Any]:
    value = _parsed(reply)
    if not isinstance(value, dict):
        raise UnexpectedReplyError("the answer is not an object", status=reply.status)
    answer = cast("dict[str, Any]", value)
    if answer.get("status") == "ERROR":
        _refuse(answer.get("error"))
    if answer.get("status") != "OK" or "data" not in answer:
        raise UnexpectedReplyError("the answer says neither OK nor what is wrong", status=reply.status)
    return answer


def _refuse(error: object) -> NoReturn:
    """Say no under a status of success, as the service does."""
    code = cast("dict[str, Any]", error).get("code") if isinstance(error, dict) else None
    if code in (400, 422):
        raise InvalidRequestError("the arguments were refused", code=str(code))
    raise UnavailableError("the service says that it failed", code=str(code) if isinstance(code, int) else "")


def _parsed(reply: Reply) -> object:
    try:
        return from_json(reply.body, allow_inf_nan=False)
    except ValueError:
        pass
    try:
        # Bad UTF-8, half letters and NaN spoil a field, and not the other rows.
        return json.loads(reply.body.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise UnexpectedReplyError(
            "the answer is not valid JSON, or was cut", status=reply.status, code="invalid_json"
        ) from None
