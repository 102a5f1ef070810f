"""The routes of Mailgun's twin that send and look up mails; the same below `/` (US) and below `/eu`."""

import asyncio
import base64
import binascii
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.mail.mailgun.sandbox.forms import Posted, RefusedError, read_message, read_mime
from ace_integrations.mail.mailgun.sandbox.post import Post
from ace_integrations.mail.mailgun.sandbox.state import HTTP_FAULTS, Letter, Region, as_log, local_part
from ace_integrations.sandbox.asgi import cut_connection

Handler = Callable[[Request], Awaitable[Response]]


def routes(post: Post, path: str, handler: Handler, name: str, *methods: str) -> list[BaseRoute]:
    """Give a route in both regions, behind the check of key and domain.

    Args:
        path: with `{domain}` where it concerns one.
    """
    guarded = _Guard(post, handler, sends=name.startswith("send_"))
    return [Route(f"{prefix}{path}", guarded.answer, name=name, methods=list(methods)) for prefix in ("", "/eu")]


def region_of(request: Request) -> Region:
    """Say which region was called."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "eu" if path.startswith("/eu/") else "us"


def message(text: str, status: int = 200) -> Response:
    """Answer with a `message`."""
    return JSONResponse({"message": text}, status)


class _Guard:
    """Lets a call through whose key may do it, to a domain that this region knows."""

    def __init__(self, post: Post, handler: Handler, *, sends: bool) -> None:
        self._post = post
        self._handler = handler
        self._sends = sends

    async def answer(self, request: Request) -> Response:
        domain = request.path_params.get("domain")
        key = self._post.keys.get(_key(request))
        if key is None:
            return PlainTextResponse("Forbidden", 401) if self._sends else message("Invalid private key", 401)
        if key.kind == "sending" and not (self._sends and key.domain == domain):
            return PlainTextResponse("Forbidden", 401)
        if domain is not None and self._post.domains.get(domain) != region_of(request):
            if self._sends and domain in self._post.domains:
                # The other region knows neither this account's domain nor, to a sender, its key.
                return PlainTextResponse("Forbidden", 401)
            return message(f"Domain not found: {domain}", 404)
        try:
            return await self._handler(request)
        except RefusedError as error:
            return message(str(error), error.status)


def _key(request: Request) -> str:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, key = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return key if kind.lower() == "basic" and user == "api" else ""


class MailRoutes:
    """Sending, stored mails, events, logs."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._pages: dict[str, tuple[Mapping[str, str], int]] = {}

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        post = self._post
        return [
            *routes(post, "/v3/{domain}/messages", self._send, "send_message", "POST"),
            *routes(post, "/v3/{domain}/messages.mime", self._send_mime, "send_mime", "POST"),
            *routes(post, "/v3/domains/{domain}/messages/{key}", self._stored, "get_stored_message", "GET"),
            *routes(post, "/v3/domains/{domain}/sending_queues", self._queues, "get_queues", "GET"),
            *routes(post, "/v3/{domain}/events", self._events, "list_events", "GET"),
            *routes(post, "/v3/{domain}/events/{page}", self._events, "list_events", "GET"),
            *routes(post, "/v1/analytics/logs", self._logs, "search_logs", "POST"),
        ]

    async def _send(self, request: Request) -> Response:
        posted = await self._posted(request)
        domain = request.path_params["domain"]
        submission = read_message(
            posted, domain, region_of(request), self._post.templates, now=self._post.world.clock.now()
        )
        fault = next((local_part(to) for to in submission.envelope if local_part(to) in HTTP_FAULTS), "")
        if fault not in ("", "http500-sent"):
            return await self._fail(request, fault, domain)
        self._post.take(submission)
        if fault:
            return message("Internal Server Error", 500)
        return JSONResponse({"id": f"<{submission.message_id}>", "message": "Queued. Thank you."})

    async def _fail(self, request: Request, fault: str, domain: str) -> Response:
        match fault:
            case "http429":
                text = "account-requests-per-sec limit exceeded, try again after 2 seconds"
                return message(f"Domain {domain} is not allowed to send: {text}", 429)
            case "http500":
                return message("Internal Server Error", 500)
            case "timeout":
                await _until_gone(request)
            case _:
                cut_connection(request.receive)
        return Response(status_code=500)

    async def _send_mime(self, request: Request) -> Response:
        posted = await self._posted(request)
        domain = request.path_params["domain"]
        submission = read_mime(posted, domain, region_of(request), now=self._post.world.clock.now())
        self._post.take(submission)
        return JSONResponse({"id": f"<{submission.message_id}>", "message": "Queued. Thank you."})

    async def _posted(self, request: Request) -> Posted:
        async with request.form(max_fields=5000, max_files=200, max_part_size=30 * 1024 * 1024) as form:
            return await Posted.read(form)

    async def _stored(self, request: Request) -> Response:
        key = request.path_params["key"]
        letter = next((one for one in self._post.letters.values() if one.storage_key == key), None)
        if letter is None:
            return message("Message not found", 404)
        if request.headers.get("accept") == "message/rfc2822":
            return JSONResponse({**_stored(letter), "body-mime": letter.mime().decode("utf-8", "replace")})
        return JSONResponse(_stored(letter))

    async def _queues(self, request: Request) -> Response:
        del request
        return JSONResponse({"regular": {"is_disabled": False}, "scheduled": {"is_disabled": False}})

    async def _events(self, request: Request) -> Response:
        token = request.path_params.get("page")
        query: Mapping[str, str] = dict(request.query_params)
        start = 0
        if token is not None:
            if token not in self._pages:
                raise RefusedError("page not found", 404)
            query, start = self._pages[token]
        domain, limit = request.path_params["domain"], _limit(query.get("limit"), 100, 300)
        found = [item for known, item in self._post.events if known == domain and _fits(item, query)]
        if query.get("ascending") not in ("yes", "true"):
            found.reverse()
        base = f"{self._post.url(region_of(request))}/v3/{domain}/events"
        last = max(0, (len(found) - 1) // limit * limit)
        pages = {"next": start + limit, "previous": max(0, start - limit), "first": 0, "last": last}
        paging = {name: f"{base}/{self._page(query, at)}" for name, at in pages.items()}
        return JSONResponse({"items": found[start : start + limit], "paging": paging})

    def _page(self, query: Mapping[str, str], start: int) -> str:
        token = secrets.token_urlsafe(18)
        self._pages[token] = (query, start)
        return token

    async def _logs(self, request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        if "start" not in asked:
            raise RefusedError("start is required")
        begin, end = (
            parsedate_to_datetime(asked[name]).timestamp() if asked.get(name) else bound
            for name, bound in (("start", 0.0), ("end", self._post.world.clock.now() + 1))
        )
        conditions = asked.get("filter", {}).get("AND", [])
        found = [
            as_log(item, domain, datetime.fromtimestamp(item["timestamp"], UTC).isoformat())
            for domain, item in self._post.events
            if begin <= item["timestamp"] <= end
            and (not asked.get("events") or item["event"] in asked["events"])
            and all(_meets(item, domain, condition) for condition in conditions)
        ]
        pagination = asked.get("pagination", {})
        if not str(pagination.get("sort", "")).endswith(":asc"):
            found.reverse()
        limit = _limit(str(pagination.get("limit", 10)), 10, 100)
        start = int(pagination.get("token") or 0)
        tokens = {"next": str(start + limit), "previous": str(max(0, start - limit)), "first": "0", "last": ""}
        span = {"start": asked["start"], "end": format_datetime(datetime.fromtimestamp(end, UTC))}
        return JSONResponse(
            {
                **span,
                "items": found[start : start + limit],
                "pagination": {**tokens, "total": len(found)},
                "aggregates": {"all": 0, "metrics": {}},
            }
        )


async def _until_gone(request: Request) -> None:
    """Keep a caller waiting until they hang up, a minute at most."""
    async with asyncio.timeout(60):
        while (await request.receive())["type"] != "http.disconnect":
            continue


def _limit(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise RefusedError(f"limit must be between 1 and {most}")
    return int(text)


def _fits(item: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    return all(_matches(item, name, wanted) for name, wanted in query.items() if wanted and name not in _NO_FILTER)


_NO_FILTER = ("limit", "ascending", "page", "pretty")


def _matches(item: Mapping[str, Any], name: str, wanted: str) -> bool:
    if name in ("begin", "end"):
        edge = _seconds(wanted)
        at = float(item["timestamp"])
        return at >= edge if name == "begin" else at <= edge
    values = [value.lower() for value in _values(item, name)]
    if wanted.upper().startswith("NOT "):
        return wanted[4:].strip(' "').lower() not in values
    choices = [choice.strip(' "()').lower() for choice in wanted.split(" OR ")]
    if name == "subject":
        return any(choice in value for choice in choices for value in values)
    if " AND " in wanted:
        return all(choice.strip(' "()').lower() in values for choice in wanted.split(" AND "))
    return any(choice in values for choice in choices)


def _values(item: Mapping[str, Any], name: str) -> Sequence[str]:
    headers = item["message"]["headers"]
    if name in ("message-id", "from", "to", "subject"):
        return [str(headers.get(name, "")).strip("<>")]
    if name == "tags":
        return [str(tag) for tag in item["tags"]]
    return [str(item.get("recipient" if name == "recipients" else name, ""))]


def _meets(item: Mapping[str, Any], domain: str, condition: Mapping[str, Any]) -> bool:
    name = str(condition["attribute"])
    wanted = [str(value["value"]).lower() for value in condition["values"]]
    values = (
        [domain] if name == "domain" else _values(item, {"message_id": "message-id", "tag": "tags"}.get(name, name))
    )
    fits = any(value.lower() in wanted for value in values)
    return not fits if condition.get("comparator") == "!=" else fits


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        raise RefusedError(f"{text} is neither a number nor a date") from None


def _stored(letter: Letter) -> dict[str, Any]:
    submission = letter.submission
    headers = [["From", submission.sender], ["To", ", ".join(letter.shown_to)], ["Subject", letter.subject]]
    headers += [
        ["Message-Id", f"<{submission.message_id}>"],
        *([name, value] for name, value in letter.headers.items()),
    ]
    return {
        "From": submission.sender,
        "To": ", ".join(letter.shown_to),
        "Subject": letter.subject,
        "Message-Id": f"<{submission.message_id}>",
        "Mime-Version": "1.0",
        "sender": submission.sender,
        "recipients": letter.address,
        "body-html": letter.html or "",
        "body-plain": letter.text or "",
        "stripped-html": letter.html or "",
        "stripped-text": letter.text or "",
        "stripped-signature": "",
        "message-headers": headers,
        "X-Mailgun-Template-Variables": json.dumps({}),
    }
