"""The post office of Mailgun's twin: takes mails, lets things happen on the sandbox's clock, tells the platform."""

import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any

from ace_integrations.mail.mailgun.sandbox.state import (
    BOUNCE,
    Happening,
    Key,
    Letter,
    Region,
    Submission,
    badge,
    course,
    event,
)
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.mail.mailgun.webhooks import MailgunSignature
from ace_integrations.sandbox.twin import Step, World
from ace_integrations.settings import is_loopback

RETRIES_S = (300, 600, 900, 3600, 7200, 14400)
"""Pauses before the second and later tries of a webhook."""

DOMAIN, EU_DOMAIN = "sandbox.example.com", "sandbox-eu.example.com"
PARENT_KEY = "sandbox-mailgun-parent-signing-key"
_LISTS = {"complained": "complaints", "unsubscribed": "unsubscribes"}


class Post:
    """Everything one account has: domains, keys, mails, events, lists, webhooks."""

    def __init__(self, world: World) -> None:
        self.world = world
        sandbox = MailgunSettings.sandbox_values
        self.api_key: str = sandbox["api_key"].get_secret_value()
        self.signing_key: str = sandbox["webhook_signing_key"][0].get_secret_value()
        world.journal.hide(self.api_key, self.signing_key, PARENT_KEY)
        self.reset()

    def reset(self) -> None:
        """Become as new."""
        self.domains: dict[str, Region] = {DOMAIN: "us", EU_DOMAIN: "eu"}
        self.keys: dict[str, Key] = {self.api_key: Key()}
        self.letters: dict[int, Letter] = {}
        self._numbers = itertools.count(1)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.lists: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.webhooks: dict[str, dict[str, list[str]]] = {}
        self.account_webhooks: dict[str, dict[str, Any]] = {}
        self.templates: dict[tuple[str, str], str] = {}

    def add_key(self, key: str, kind: Key) -> None:
        """Let one more key in, and keep it out of the journal."""
        self.keys[key] = kind
        self.world.journal.hide(key)

    def rows(self, domain: str, kind: str) -> dict[str, dict[str, Any]]:
        """Give one suppression list, by address."""
        return self.lists.setdefault((domain, kind), {})

    def take(self, submission: Submission) -> list[Letter]:
        """Queue a mail: a copy for each recipient, each with its course."""
        taken: list[Letter] = []
        for address in submission.envelope:
            number = next(self._numbers)
            stop_url = f"{self.url(submission.region)}/unsubscribe/{number}/{secrets.token_urlsafe(12)}"
            letter = Letter(number, submission, address, self.world.clock.now(), stop_url=stop_url)
            self.letters[letter.number] = letter
            letter.steps.append(Step("Queued", letter.at, "info"))
            taken.append(letter)
            self._begin(letter)
        return taken

    def happen(self, letter: Letter, type: str, facts: Mapping[str, Any] | None = None, *, signing: str = "") -> None:
        """Let something happen to a copy now: note it, mind the lists, tell the platform.

        Args:
            signing: "" as it should be; "wrong_key", "stale" or "parent" to try the receiver.
        """
        now = self.world.clock.now()
        known = dict(facts if facts is not None else (BOUNCE if type == "permanent_fail" else {}))
        built = event(letter, type, known, number=len(self.events) + 1, now=now, url=self.url(letter.submission.region))
        domain = letter.submission.domain
        self.events.append((domain, built))
        letter.state = badge(type, known)
        letter.steps.append(Step(letter.state.word, now, letter.state.tone))
        self._remember(letter, type, known)
        for url in self._targets(domain, type):
            self._tell(url, type, built, signing)

    def url(self, region: Region) -> str:
        """Give the twin's address in one region."""
        return f"{self.world.url}/eu" if region == "eu" else self.world.url

    def _begin(self, letter: Letter) -> None:
        submission = letter.submission
        happenings = course(letter.address, suppressed=self._listed(letter), test=submission.test)
        if happenings[0].type != "rejected":
            self.happen(letter, "accepted")
        wait = max(0.0, (submission.deliver_at or 0) - self.world.clock.now())
        for happening in happenings:
            self._later(letter, happening, wait)

    def _later(self, letter: Letter, happening: Happening, wait: float) -> None:
        async def now() -> None:
            if self.letters.get(letter.number) is letter:
                self.happen(letter, happening.type, happening.facts)

        if happening.after_s + wait == 0:
            self.happen(letter, happening.type, happening.facts)
        else:
            self.world.clock.later(wait + happening.after_s, now)

    def _listed(self, letter: Letter) -> str:
        domain, address = letter.submission.domain, letter.address
        if address in self.rows(domain, "complaints"):
            return "complaints"
        row = self.rows(domain, "unsubscribes").get(address)
        if row is not None and (set(row["tags"]) & {"*", *letter.submission.tags}):
            return "unsubscribes"
        return "bounces" if address in self.rows(domain, "bounces") else ""

    def _remember(self, letter: Letter, type: str, facts: Mapping[str, Any]) -> None:
        domain, address = letter.submission.domain, letter.address
        row = {"address": address, "created_at": self.world.now()}
        if type == "permanent_fail" and facts.get("reason") == "bounce":
            allowed = self.rows(domain, "whitelists")
            if address not in allowed and address.rpartition("@")[2] not in allowed:
                status = facts["delivery-status"]
                self.rows(domain, "bounces")[address] = {
                    **row,
                    "code": str(status["code"]),
                    "error": status["message"],
                }
        elif type in _LISTS:
            more = {"tags": ["*"]} if type == "unsubscribed" else {}
            self.rows(domain, _LISTS[type])[address] = {**row, **more}

    def _targets(self, domain: str, type: str) -> list[str]:
        if type == "rejected":
            return []
        own = self.webhooks.get(domain, {})
        account = [hook["url"] for hook in self.account_webhooks.values() if type in hook["event_types"]]
        if not own and not self.account_webhooks:
            return [self.world.webhook_url] if self.world.webhook_url else []
        # A webhook may name any address, but a sandbox reaches this machine only.
        return [url for url in dict.fromkeys([*own.get(type, []), *account]) if is_loopback(url)]

    def _tell(self, url: str, type: str, built: Mapping[str, Any], signing: str) -> None:
        now = self.world.now() - (10 * 3600 if signing == "stale" else 0)
        secret = "another key" if signing == "wrong_key" else self.signing_key
        parent = PARENT_KEY if signing == "parent" else ""
        if parent:
            secret = secrets.token_hex(16)
        value = MailgunSignature().envelope(built, secret=secret, now=now, parent_secret=parent)
        body = json.dumps(value, ensure_ascii=False).encode()
        self.world.deliveries.send(
            provider="mailgun",
            type=type,
            url=url,
            # The same body at every try: a retry that reuses token and time is the harder one to receive.
            sign=lambda: (body, {"user-agent": "sandbox-mailgun"}),
            # The manual excepts deliveries from the retries, so this twin sends them once.
            retries_s=() if type == "delivered" else RETRIES_S,
            settled=lambda status: status in (200, 406),
        )
