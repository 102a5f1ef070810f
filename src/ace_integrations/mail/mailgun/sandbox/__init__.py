"""Mailgun's twin: its API in two regions, an inbox that shows every mail, buttons that bounce and complain."""

import base64
import re
from collections.abc import Sequence
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.mail.mailgun.sandbox.account import DomainRoutes, SuppressionRoutes, WebhookRoutes
from ace_integrations.mail.mailgun.sandbox.api import MailRoutes
from ace_integrations.mail.mailgun.sandbox.post import Post
from ace_integrations.mail.mailgun.sandbox.state import TYPES, Key, Letter, Region
from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.sandbox.twin import Action, Detail, Item, World

FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups"
"""A mail is a stranger's page: no script, no form, nothing loaded, an origin of its own."""

_STOP_HEADERS = {"content-security-policy": "default-src 'none'; form-action 'self'", "referrer-policy": "no-referrer"}
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Unsubscribe</title><main><h1>Sandbox: unsubscribe</h1>'
)
_STOP = f'{_PAGE}<form method="post"><button>Stop mails of this domain</button></form></main></html>'
_STOPPED = f"{_PAGE}<p>You get no more mails of this domain.</p></main></html>"

_ACTIONS = (
    ("Deliver", "delivered", "plain"),
    ("Open", "opened", "plain"),
    ("Click", "clicked", "plain"),
    ("Unsubscribe", "unsubscribed", "plain"),
    ("Complain", "complained", "danger"),
    ("Bounce", "permanent_fail", "danger"),
)
_BY_VERB = {label.lower(): type for label, type, _ in _ACTIONS}
_CID = re.compile(r"""(["'(])cid:([^"')]+)""")


class MailgunTwin:
    """Mailgun, imitated."""

    name = "mailgun"
    title = "Mailgun"
    icon = "mail"
    empty = "No mail sent yet. Try: ace mail send welcome --to learner@example.com"

    def __init__(self, world: World) -> None:
        self._post = Post(world)
        self._world = world

    def routes(self) -> Sequence[BaseRoute]:
        post = self._post
        return [
            Route("/inbox/{number:int}/html", self._page, name="page_mail"),
            *(
                Route(
                    f"{prefix}/unsubscribe/{{number:int}}/{{token}}",
                    self._stop,
                    name="page_stop",
                    methods=["GET", "POST"],
                )
                for prefix in ("", "/eu")
            ),
            *MailRoutes(post).routes(),
            *SuppressionRoutes(post).routes(),
            *WebhookRoutes(post).routes(),
            *DomainRoutes(post).routes(),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        return [
            Route("/inbox", self._inbox, methods=["GET", "DELETE"]),
            Route("/inbox/{number:int}.eml", self._eml),
            Route("/inbox/{number:int}", self._one),
            Route("/inbox/{number:int}/events", self._event, methods=["POST"]),
            Route("/inbox/{number:int}/{verb}", self._act, methods=["POST"]),
            Route("/domains", self._add_domain, methods=["POST"]),
            Route("/keys", self._add_key, methods=["POST"]),
        ]

    def items(self) -> Sequence[Item]:
        return [
            Item(str(one.number), one.subject, one.address, one.at, one.state, one.unread)
            for one in reversed(self._post.letters.values())
            if not one.submission.test
        ]

    def detail(self, item_id: str) -> Detail | None:
        letter = self._letter(item_id)
        if letter is None:
            return None
        letter.unread = False
        submission = letter.submission
        facts = [
            ("From", submission.sender),
            ("To", ", ".join(letter.shown_to)),
            ("Subject", letter.subject),
            ("Tags", ", ".join(submission.tags)),
            ("Message-Id", submission.message_id),
            ("Attachments", ", ".join(file.filename for file in submission.attachments)),
        ]
        return Detail(
            title=letter.subject,
            facts=[(label, value) for label, value in facts if value],
            steps=letter.steps,
            actions=[Action(label, f"inbox/{letter.number}/{label.lower()}", tone=tone) for label, _, tone in _ACTIONS],
            frame=f"{self._world.url}/inbox/{letter.number}/html" if letter.html else None,
            text=letter.text or "",
            payload=[built for _, built in self._events_of(letter)],
        )

    def reset(self) -> None:
        self._post.reset()

    def _letter(self, item_id: str | int) -> Letter | None:
        text = str(item_id)
        return self._post.letters.get(int(text)) if text.isascii() and text.isdigit() else None

    def _events_of(self, letter: Letter) -> list[tuple[str, dict[str, Any]]]:
        return [
            (domain, built)
            for domain, built in self._post.events
            if built["message"]["headers"]["message-id"] == letter.submission.message_id
            and built.get("recipient", letter.address) == letter.address
        ]

    async def _page(self, request: Request) -> Response:
        letter = self._letter(request.path_params["number"])
        if letter is None:
            return PlainTextResponse("no such mail", 404)
        headers = {"content-security-policy": FRAME_POLICY, "referrer-policy": "no-referrer"}
        return HTMLResponse(_with_pictures(letter), headers=headers)

    async def _stop(self, request: Request) -> Response:
        letter = self._letter(request.path_params["number"])
        if letter is None or not letter.stop_url.endswith(f"/{request.path_params['token']}"):
            return PlainTextResponse("no such link", 404)
        if request.method == "POST":
            self._post.happen(letter, "unsubscribed")
        # Scanners follow links, so opening one only asks.
        return HTMLResponse(_STOPPED if request.method == "POST" else _STOP, headers=_STOP_HEADERS)

    async def _inbox(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._post.letters.clear()
            return JSONResponse({})
        query = request.query_params
        to, tag, since = query.get("to", "").lower(), query.get("tag", ""), float(query.get("since", "0"))
        found = [
            _summary(one)
            for one in reversed(self._post.letters.values())
            if to in ("", one.address) and (not tag or tag in one.submission.tags) and one.at >= since
        ]
        return JSONResponse({"mails": found})

    async def _one(self, request: Request) -> Response:
        letter = self._letter(request.path_params["number"])
        if letter is None:
            return JSONResponse({"error": "no such mail"}, 404)
        steps = [{"word": step.word, "at": step.at} for step in letter.steps]
        whole = {
            **_summary(letter),
            "from": letter.submission.sender,
            "cc": list(letter.submission.cc),
            "text": letter.text,
            "html": letter.html,
            "headers": letter.headers,
            "variables": dict(letter.submission.variables),
            "attachments": [
                {"filename": file.filename, "size": len(file.content), "inline": file.inline}
                for file in letter.submission.attachments
            ],
            "links": _links(letter.html or ""),
            "steps": steps,
            "events": [built for _, built in self._events_of(letter)],
        }
        return JSONResponse(whole)

    async def _eml(self, request: Request) -> Response:
        letter = self._letter(request.path_params["number"])
        if letter is None:
            return PlainTextResponse("no such mail", 404)
        name = {"content-disposition": f'attachment; filename="mail-{letter.number}.eml"'}
        return Response(letter.mime(), media_type="message/rfc822", headers=name)

    async def _event(self, request: Request) -> Response:
        fields = await read_fields(request)
        letter = self._letter(request.path_params["number"])
        type = str(fields.get("event", ""))
        if type == "failed":
            type = "temporary_fail" if fields.get("severity") == "temporary" else "permanent_fail"
        if letter is None or type not in TYPES:
            return JSONResponse({"error": "no such mail, or no such event"}, 404)
        facts = {"reason": str(fields["reason"]), "delivery-status": None} if fields.get("reason") else None
        self._post.happen(letter, type, facts, signing=str(fields.get("signing", "")))
        return done(request, _summary(letter))

    async def _act(self, request: Request) -> Response:
        letter = self._letter(request.path_params["number"])
        type = _BY_VERB.get(request.path_params["verb"])
        if letter is None or type is None:
            return JSONResponse({"error": "no such mail, or no such button"}, 404)
        self._post.happen(letter, type)
        return done(request, _summary(letter))

    async def _add_domain(self, request: Request) -> Response:
        fields = await read_fields(request)
        region: Region = "eu" if fields.get("region") == "eu" else "us"
        self._post.domains[str(fields["name"]).lower()] = region
        return done(request, {"domains": self._post.domains})

    async def _add_key(self, request: Request) -> Response:
        fields = await read_fields(request)
        domain = str(fields.get("domain", ""))
        self._post.add_key(str(fields["key"]), Key("sending" if domain else "account", domain))
        return done(request, {})


def _summary(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.number,
        "message_id": letter.submission.message_id,
        "recipient": letter.address,
        "to": [email for _, email in getaddresses(letter.shown_to)],
        "subject": letter.subject,
        "tags": list(letter.submission.tags),
        "state": letter.state.word,
        "at": letter.at,
        "test": letter.submission.test,
    }


def _with_pictures(letter: Letter) -> str:
    """Put pictures that travel with a mail into its page, since the page may load nothing."""
    files = {file.filename: file for file in letter.submission.attachments if file.inline}

    def picture(place: re.Match[str]) -> str:
        file = files.get(place.group(2))
        if file is None or not file.media_type.startswith("image/"):
            return place.group(0)
        return f"{place.group(1)}data:{file.media_type};base64,{base64.b64encode(file.content).decode()}"

    return _CID.sub(picture, letter.html or "")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def _links(html: str) -> list[str]:
    reader = _Links()
    reader.feed(html)
    return list(dict.fromkeys(reader.found))
