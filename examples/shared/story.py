"""The journey that every example platform must pass, walked over HTTP as a user's browser would."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import httpx

from ace_integrations.sandbox.control import Control
from examples.shared.browser import FormToken, open_browser

T = TypeVar("T")

PATIENCE_S = 10.0
"""How long a webhook, a mail or the relay may take before the story fails."""


class StoryError(Exception):
    """A step did not end as it must."""


@dataclass(frozen=True)
class Step:
    """What the user did, and what came of it."""

    did: str
    saw: str


class Story:
    """One student's way through the platform, or a teacher's, or a company's.

    Args:
        company: its name, for who signs up for one.
        platform: the platform's address.
        control: of the sandbox that imitates the services.
        admin: address and password of the platform's admin; without one nobody refunds on the platform itself.

    Attributes:
        browser: holds the student's cookies.
        email: as they signed up.
        session: the identity service's id of her check, "" before it started.
        intent: the gateway's id of her card payment, "" before it started.
        order: PayPal's id of her PayPal payment, "" before it started.
    """

    def __init__(
        self,
        platform: str,
        control: Control,
        *,
        email: str = "lina@example.com",
        name: str = "Lina Farouk",
        role: str = "student",
        company: str = "",
        admin: tuple[str, str] | None = None,
    ) -> None:
        self._platform = platform
        self._control = control
        self.email = email
        self._name = name
        self._role = role
        self._company = company
        self._admin = admin
        self.browser = open_browser(platform)
        self._secret = self._key = self._page = ""
        self.session = self.intent = self.order = ""
        self.payment = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *caught: object) -> None:
        self.browser.close()

    def move_to(self, platform: str) -> None:
        """Go on at another address of the same platform: it was started again."""
        self._platform = platform
        self.browser.base_url, self.browser.auth = platform, FormToken(platform)

    def walk(self) -> Iterator[Step]:
        """Walk the whole journey, a step at a time."""
        yield from self.enrol()
        yield self.look_for_jobs()
        yield self.ask_the_advisor()
        if self._admin:
            yield self.get_a_part_back()

    def enrol(self) -> Iterator[Step]:
        """Walk as far as a place in a course: an account, a check, payments by card and by PayPal."""
        yield self.sign_up()
        yield self.start_verification()
        yield self.approve()
        yield self.read_mail()
        yield self.decline_then_pay()
        yield self.see_course()
        yield self.get_money_back()
        yield self.pay_by_paypal()

    def sign_up(self) -> Step:
        """Fill in the form."""
        form = {"name": self._name, "email": self.email, "password": "correct horse 42", "role": self._role}
        form |= {"company": self._company} if self._company else {}
        answer = self.browser.post("/signup", data=form)
        self._must(answer.status_code == 303, f"sign-up answered {answer.status_code}")
        status = self.browser.get("/courses/1")
        self._must("/verify" in status.text, "an unverified student must be asked to verify first")
        return Step("Lina signs up", "her account waits for an identity check")

    def sign_in(self) -> bool:
        """Sign in; False when there is no such account."""
        form = {"email": self.email, "password": "correct horse 42"}
        return self.browser.post("/login", data=form).status_code == 303

    def start_verification(self) -> Step:
        """Press "Verify my identity"."""
        answer = self.browser.post("/api/didit/create-session")
        self._must(answer.status_code == 200, f"create-session answered {answer.status_code}")
        self.session, url = answer.json()["session_id"], answer.json()["url"]
        page = self.browser.get(url)
        self._must(page.status_code == 200, f"the hosted page answered {page.status_code}")
        self._page = url
        return Step("She opens the identity service's page", f"session {self.session[:8]}…, a page at {url}")

    def approve(self) -> Step:
        """Decide on the hosted page as the service would, and come back."""
        back = self.browser.post(self._page, data={"outcome": "approve"})
        self._must(back.status_code == 303, f"the hosted page answered {back.status_code}")
        self.until(self.is_active, "the signed webhook must open the account")
        self.browser.get(back.headers["location"])
        return Step("The service approves her", "a signed webhook arrived; the account is active")

    def read_mail(self) -> Step:
        """Look into the inbox."""
        mail = self.until(lambda: self._inbox() or None, "the welcome mail must be sent")
        subject: str = mail["subject"]
        self._must(bool(re.search(r"[\u0600-\u06ff]", subject)) and "Welcome" in subject, f"odd subject {subject!r}")
        return Step("She finds the welcome mail", f"{subject} ({mail['state']})")

    def decline_then_pay(self) -> Step:
        """Try a card that the bank declines, then one that it takes, as Stripe.js does it."""
        self.start_payment()
        self._must(self.pay("4000000000000002").status_code == 402, "the bank must decline this card")
        self._must(not self.confirm()["success"], "a declined card must not enrol")
        paid = self.pay("4242424242424242")
        self._must(paid.json().get("status") == "succeeded", f"the good card ended {paid.text[:200]}")
        confirmed = self.confirm()
        self._must(confirmed["success"], f"the payment did not enrol: {confirmed}")
        return Step(
            "She pays by card: one is declined, the next is taken",
            f"enrolment {confirmed['enrollment_id']}, payment {confirmed['status']}",
        )

    def start_payment(self) -> None:
        """Press "Enrol": the platform asks the gateway, and gives the browser what it may know."""
        started = self.browser.post("/api/courses/1/payment/stripe")
        self._must(started.status_code == 200, f"payment answered {started.status_code}: {started.text[:200]}")
        self._must(set(started.json()) == {"client_secret", "publishable_key"}, "more than the browser's keys left")
        self._secret, self._key = started.json()["client_secret"], started.json()["publishable_key"]
        self.intent = self._secret.partition("_secret_")[0]

    def pay(self, number: str) -> httpx.Response:
        """Do what Stripe.js does in its own frame: the number goes to the gateway, never to the platform."""
        headers = {"authorization": f"Bearer {self._key}"}
        card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "34", "card[cvc]": "123"}
        with httpx.Client(base_url=f"{self._control.url}/stripe", trust_env=False, headers=headers) as frame:
            method = frame.post("/v1/payment_methods", data={"type": "card", **card}).json()
            return frame.post(
                f"/v1/payment_intents/{self.intent}/confirm",
                data={"client_secret": self._secret, "payment_method": method["id"], "return_url": self._platform},
            )

    def confirm(self) -> dict[str, Any]:
        """Tell the platform that Stripe.js is done."""
        answer = self.browser.post("/api/payment/confirm", json={"payment_intent_id": self.intent})
        self._must(answer.status_code < 300, f"the confirmation answered {answer.status_code}")
        confirmed: dict[str, Any] = answer.json()
        return confirmed

    def see_course(self) -> Step:
        """Open the course again."""
        self.until(lambda: self._webhooks("stripe"), "Stripe's webhook must be delivered")
        page = self.browser.get("/courses/1").text
        self._must('data-state="enrolled"' in page, "the page must say that she is enrolled")
        self._must("1 student" in page, "one enrolment must count once, webhook and confirmation together")
        again = self.browser.post("/api/courses/1/payment/stripe")
        self._must(again.status_code == 409, "paying twice must be refused")
        return Step("She opens the course", "enrolled, counted once; paying again is refused")

    def get_money_back(self) -> Step:
        """Let the card's gateway refund the payment, as an admin would in its dashboard."""
        self._control.post(f"stripe/payment_intents/{self.intent}/refund")
        self.until(
            lambda: 'data-state="enrolled"' not in self.browser.get("/courses/1").text or None,
            "the refund's webhook must end the enrolment",
        )
        return Step("The payment is refunded", "the webhook ended the enrolment and took the revenue back")

    def pay_by_paypal(self) -> Step:
        """Think better of it at PayPal, come back, be declined, and agree with another way to pay."""
        quote = self.browser.get("/api/courses/1/quote").json()
        self.start_paypal(quote["quote_id"])
        self.decide("cancel")
        self._must('data-state="enrolled"' not in self.browser.get("/courses/1").text, "canceling must not enrol")
        self.decide("decline")
        self._must(not self.confirm_paypal()["success"], "a declined account must not enrol")
        self.decide("approve")
        confirmed = self.confirm_paypal()
        self._must(confirmed["success"], f"the PayPal payment did not enrol: {confirmed}")
        return Step(
            "She takes the course again with PayPal: cancels, is declined, agrees",
            f"{quote['price']} {quote['currency']} at {quote['rate']} is {quote['amount_usd']} USD; "
            f"order {self.order}, enrolment {confirmed['enrollment_id']}",
        )

    def start_paypal(self, quote_id: str) -> None:
        """Press "Pay with PayPal": the platform makes the order of the quote that was shown."""
        started = self.browser.post("/api/courses/1/payment/paypal", json={"quote_id": quote_id})
        self._must(started.status_code == 200, f"payment answered {started.status_code}: {started.text[:200]}")
        self.order, self.payment = started.json()["order_id"], started.json()["payment_id"]
        self._page = started.json()["approval_url"]

    def decide(self, outcome: str) -> None:
        """Decide on PayPal's page: approve, decline or cancel. The browser does not follow it back."""
        page = f"{self._control.url}/paypal/checkoutnow?token={self.order}"
        back = self.browser.post(page, data={"outcome": outcome})
        self._must(back.status_code == 303, f"PayPal's page answered {back.status_code}: {back.text[:200]}")
        self._must(back.headers["location"].startswith(self._platform), "PayPal must lead back to the platform")

    def confirm_paypal(self) -> dict[str, Any]:
        """Tell the platform that the payer is back from PayPal."""
        form = {"payment_id": self.payment, "order_id": self.order}
        answer = self.browser.post("/api/payment/paypal/confirm", json=form)
        self._must(answer.status_code < 300, f"the confirmation answered {answer.status_code}: {answer.text[:200]}")
        confirmed: dict[str, Any] = answer.json()
        return confirmed

    def look_for_jobs(self) -> Step:
        """Search the board: the platform's own postings first, then those from outside."""
        jobs = self.browser.get("/api/jobs", params={"keyword": "data", "job_source": "both"})
        self._must(jobs.status_code == 200, f"the board answered {jobs.status_code}: {jobs.text[:200]}")
        sources = [job["source"] for job in jobs.json()]
        self._must(set(sources) == {"local", "external"}, f"jobs of both kinds must be found, and not {set(sources)}")
        self._must(sources == sorted(sources, reverse=True), "the platform's own jobs must come first")
        page = self.browser.get("/jobs", params={"keyword": "data"}).text
        self._must('data-source="local"' in page and 'data-source="external"' in page, "the page must label both")
        return Step(
            "She looks for jobs with data",
            f"{sources.count('local')} on the platform, {sources.count('external')} from outside, each labelled",
        )

    def ask_the_advisor(self) -> Step:
        """Agree, tell the platform of her studies, compare her skills with a role, and ask what to learn first."""
        refused = self.browser.post("/api/ai-career/chat", json={"message": "What should I learn first?"})
        self._must(refused.status_code == 403, "without consent nothing may be asked")
        self.agree()
        self.tell_of_studies()
        gap = self.browser.post("/api/ai-career/skills-gap", json={"target_role": "Data Analyst"})
        self._must(gap.status_code == 200, f"the comparison answered {gap.status_code}: {gap.text[:200]}")
        missing = gap.json()["data"]["missing_skills"]
        self._must(bool(missing) and not {"Python", "SQL"} & set(missing), f"odd skills are missing: {missing}")
        said = self.ask("What should I learn first?")
        self._must("Computer Science" in said["response"], "the advisor must know her studies")
        return Step(
            "She agrees to ask the advisor, and asks",
            f"missing for a data analyst: {', '.join(missing)}; talk {said['conversation_id']} is kept",
        )

    def agree(self) -> None:
        """Tick both boxes of the question that comes before the first one to the advisor."""
        agreed = self.browser.post("/advisor/consent", data={"adult": "yes", "agreed": "yes"})
        self._must(agreed.status_code == 303, f"the consent answered {agreed.status_code}")

    def tell_of_studies(self) -> None:
        """Fill in the profile."""
        profile = {
            "university": "Example University",
            "major": "Computer Science",
            "gpa": "3.4",
            "gpa_scale": "4",
            "graduation_year": "2027",
            "skills": "Python, SQL",
        }
        saved = self.browser.post("/profile", data=profile)
        self._must(saved.status_code == 303, f"the profile answered {saved.status_code}")

    def ask(self, message: str, conversation: int | None = None) -> dict[str, Any]:
        """Ask the advisor, in a talk or in a new one."""
        form = {"message": message, "conversation_id": conversation}
        answer = self.browser.post("/api/ai-career/chat", json=form)
        self._must(answer.status_code == 200, f"the advisor answered {answer.status_code}: {answer.text[:200]}")
        said: dict[str, Any] = answer.json()["data"]
        return said

    def get_a_part_back(self) -> Step:
        """Let the admin send a part of the price back, in the currency that was charged."""
        email, password = self._admin or ("", "")
        with open_browser(self._platform) as admin:
            admin.post("/login", data={"email": email, "password": password})
            answer = admin.post(f"/api/admin/payments/{self.payment}/refund", json={"amount": "490.00"})
        self._must(answer.status_code == 200, f"the refund answered {answer.status_code}: {answer.text[:200]}")
        made = answer.json()
        page = self.browser.get("/courses/1").text
        self._must('data-state="enrolled"' in page, "a part that went back must not end the enrolment")
        return Step(
            "The admin sends 490.00 EGP of it back", f"{made['amount']} {made['currency']}; she keeps her place"
        )

    def is_active(self) -> bool:
        """Whether the platform lets the student in."""
        return self._account() == "active"

    def _account(self) -> str:
        account: str = self.browser.get(f"/api/didit/session-status/{self.session}").json()["account"]
        return account

    def _inbox(self) -> dict[str, Any] | None:
        mails: list[dict[str, Any]] = self._control.get("mailgun/inbox", to=self.email)["mails"]
        return next((mail for mail in mails if mail["state"] == "Delivered"), None)

    def _webhooks(self, provider: str) -> bool | None:
        sent = self._control.deliveries(provider)
        return (bool(sent) and all(one["state"] == "delivered" for one in sent)) or None

    def until(self, look: Callable[[], T | bool | None], or_else: str) -> T:
        """Look until it is there."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found  # type: ignore[return-value]
            time.sleep(0.05)
        raise StoryError(f"{or_else}; it did not within {PATIENCE_S:g} s")

    def _must(self, fact: bool, or_else: str) -> None:  # noqa: FBT001 - reads as an assertion
        if not fact:
            raise StoryError(or_else)
