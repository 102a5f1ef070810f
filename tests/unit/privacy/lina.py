"""One person who used everything: what each twin holds about her, made as a platform and her browser make it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.pusher_peer import Peer

from ace_integrations import Ace, Settings
from ace_integrations.jobs import SearchFilters
from ace_integrations.mail import Address, Message
from ace_integrations.mail.mailgun import Mailgun
from ace_integrations.mail.mailgun.models import NewSuppression, SuppressionKind
from ace_integrations.payments import Money, PaymentOrder
from ace_integrations.payments.stripe import Stripe
from ace_integrations.privacy import Subject
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.video import Person, Role

USER, EMAIL, NAME = "user-9", "lina@example.com", "Lina Farouk"
OTHER_USER, OTHER_EMAIL = "user-90", "omar@example.com"
SERVICES = ("didit", "mailgun", "gemini", "jsearch", "pusher", "jitsi", "stripe", "paypal", "agora")
CHANNEL = "presence-session.42"


def settings(sandbox: RunningSandbox, **changes: Any) -> Settings:
    given = {"mail": "mailgun", "video": "jitsi", "payments": ("stripe", "paypal"), "fx_sources": ()}
    return Settings(sandbox_url=sandbox.url, **{**given, **changes})


class Lives:
    """Two people on a platform; the second one must not notice what becomes of the first.

    Attributes:
        subject: what the platform's records know of the first.
    """

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control
        self.peer = Peer(sandbox)
        self._pages: list[str] = []
        with Ace(settings(sandbox), clock=self.control.now) as ace:
            self.subject = self._live(ace, USER, EMAIL, NAME)
            self._live(ace, OTHER_USER, OTHER_EMAIL, "Omar Adel")
        self.control.advance(60)

    def _live(self, ace: Ace, user: str, email: str, name: str) -> Subject:
        check = ace.identity.start(user=user, email=email)
        self.control.post(f"didit/sessions/{check.id}/decide", outcome="approve")
        self._get_mails(ace, email, name)
        stripe, paypal = self._pay(ace, user), self._pay_with_paypal(ace, user)
        ace.client(Stripe).create_customer(email=email, name=name, idempotency_key=f"customer-{user}")
        ace.career.chat(f"I am {name}, {email}. What suits me?")
        ace.jobs.search(SearchFilters())
        jitsi, agora = self._join_jitsi(ace, user, email, name), self._join_agora(user, name)
        browser = self.peer.connect()
        browser.sign_in(user, user_info={"name": name})
        browser.subscribe(CHANNEL, {"user_id": user, "user_info": {"name": name, "email": email}})
        ids = {"stripe": (stripe,), "paypal": (paypal,), "jitsi": (jitsi,), "agora": (agora,), "pusher": (CHANNEL,)}
        return Subject(user=user, emails=(email,), ids={**ids, "didit": (check.id,)})

    def _get_mails(self, ace: Ace, email: str, name: str) -> None:
        sender = Address(email="hello@mg.example.com", name="Rihla")
        to = Address(email=email, name=name)
        for number in (1, 2):
            ace.mail.send(Message(sender=sender, to=(to,), subject=f"Hello {name}", text=f"Mail {number}"))
        for kind in SuppressionKind:
            ace.client(Mailgun).add_suppressions(kind, [NewSuppression(address=email)])

    def _pay(self, ace: Ace, user: str) -> str:
        order = PaymentOrder(reference=f"stripe-{user}", amount=Money.of("149.00", "EGP"), metadata={"user_id": user})
        intent = ace.payments.start(order, gateway="stripe").gateway_id
        ace.client(Stripe).confirm_payment_intent(
            payment_intent_id=intent,
            payment_method="pm_card_visa",
            return_url="http://127.0.0.1:9/back",
            idempotency_key=f"confirm-{user}",
        )
        ace.payments.refund(gateway_id=intent, gateway="stripe", idempotency_key=f"refund-{user}")
        return intent

    def _pay_with_paypal(self, ace: Ace, user: str) -> str:
        order = PaymentOrder(
            reference=f"paypal-{user}",
            amount=Money.of("20.00", "USD"),
            return_url="http://127.0.0.1:9/back",
            cancel_url="http://127.0.0.1:9/back",
        )
        started = ace.payments.start(order, gateway="paypal")
        self.control.post(f"paypal/orders/{started.gateway_id}/approve")
        ace.payments.capture(gateway_id=started.gateway_id, gateway="paypal", idempotency_key=f"capture-{user}")
        ace.payments.refund(gateway_id=started.gateway_id, gateway="paypal", idempotency_key=f"refund-{user}")
        return started.gateway_id

    def _join_jitsi(self, ace: Ace, user: str, email: str, name: str) -> str:
        grant = self._grant(ace, user, email, name)
        token = grant.options["jwt"]
        answer = httpx.post(
            f"{self.sandbox.url}/jitsi/rooms/{grant.room}/join", json={"jwt": token}, trust_env=False
        ).raise_for_status()
        self._pages.append(f"jitsi/rooms/{grant.room}/news?id={answer.json()['id']}")
        return f"{grant.room}/{answer.json()['id']}"

    def _join_agora(self, user: str, name: str) -> str:
        with Ace(settings(self.sandbox, video="agora"), clock=self.control.now) as ace:
            grant = self._grant(ace, user, EMAIL, name)
        asked = {key: grant.options[key] for key in ("token", "uid", "role", "mode", "channel")}
        answer = httpx.post(
            f"{self.sandbox.url}/agora/sandbox/join",
            json={**asked, "appid": grant.options["app_id"]},
            trust_env=False,
        ).raise_for_status()
        self._pages.append(f"agora/sandbox/events?client={answer.json()['client']}")
        return grant.room

    def _grant(self, ace: Ace, user: str, email: str, name: str) -> Any:
        now = datetime.fromtimestamp(self.control.now(), UTC)
        person = Person(id=user, name=name, email=email)
        ends_at = now + timedelta(hours=1)
        return ace.video.grant(session_id="42", person=person, role=Role.PARTICIPANT, now=now, ends_at=ends_at)

    def pay_again(self) -> None:
        """Let the other one pay once more."""
        with Ace(settings(self.sandbox), clock=self.control.now) as ace:
            self._pay(ace, f"{OTHER_USER}-again")

    @property
    def number(self) -> str:
        """The number by which Agora knows her."""
        with Ace(settings(self.sandbox, video="agora")) as ace:
            return str(ace.video.known_as(USER))

    def traces(self) -> set[tuple[str, str]]:
        """Name the services that hold something of hers, and what: her id, address, name or number.

        Every open page is told what happened before, and what goes by itself within a minute is gone.
        """
        # A page that has nothing to hear would wait.
        with_news = tuple(trace["service"] for trace in self._traces() if ".told[" in trace["where"])
        for page in self._pages:
            if page.startswith(with_news):
                httpx.get(f"{self.sandbox.url}/{page}", trust_env=False)
        self.control.advance(61)
        return {(trace["service"], trace["value"]) for trace in self._traces()}

    def _traces(self) -> list[dict[str, str]]:
        return self.control.traces(USER, EMAIL, NAME, self.number)

    def close(self) -> None:
        self.peer.close()
