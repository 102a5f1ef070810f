"""What the services know and what a platform's tables say, side by side: the two must be the same."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.integration.crews import Crew
from tests.integration.crowds import COMPANY, Student

STEPS = 2
"""How often each application is answered: an interview, then what is final."""


@dataclass(frozen=True)
class Moved:
    """Money that moved, as one side knows it: by its own id, which payment, whose, how much in minor units."""

    id: str
    payment: str
    minor: int
    currency: str


class Services:
    """What the services hold."""

    def __init__(self, crew: Crew) -> None:
        twins: Any = crew.sandbox.twins
        self._stripe, self._paypal = twins["stripe"].books, twins["paypal"].account
        self._letters = crew.control.get("mailgun/inbox")["mails"]
        self._told = crew.control.get("pusher/messages")["messages"]

    def captured(self) -> list[Moved]:
        """Give every payment that was taken."""
        cards = [
            Moved(one["id"], one["payment_intent"], one["amount_captured"], one["currency"].upper())
            for one in self._stripe.charges.values()
            if one["captured"]
        ]
        orders = [
            Moved(one["id"], one["supplementary_data"]["related_ids"]["order_id"], *_minor(one["amount"]))
            for one in self._paypal.payments.captures.values()
        ]
        return [*cards, *orders]

    def sent_back(self) -> list[Moved]:
        """Give every refund."""
        cards = [
            Moved(one["id"], one["payment_intent"], one["amount"], one["currency"].upper())
            for one in self._stripe.refunds.values()
        ]
        payment_of = {one.id: one.payment for one in self.captured()}
        wallets = [
            Moved(one["id"], payment_of[_captured_by(one)], *_minor(one["amount"]))
            for one in self._paypal.payments.refunds.values()
        ]
        return [*cards, *wallets]

    def mails(self) -> Counter[str]:
        """Give how often each mail was taken, by its own id."""
        return Counter(one["message_id"].strip("<>") for one in self._letters)

    def recipients(self) -> Counter[str]:
        """Give how many mails went to whom."""
        return Counter(one["recipient"] for one in self._letters)

    def told(self) -> Counter[tuple[str, str, str, str]]:
        """Give how often each event was told: its own id, its name, its application, what became of that."""
        events = [(one["event"], json.loads(one["data"])) for one in self._told]
        return Counter(
            (data["event_id"], name, data["application_id"], data.get("status", "")) for name, data in events
        )


class Tables:
    """What the platform's tables say."""

    def __init__(self, crew: Crew) -> None:
        self._rows = crew.database.rows

    def captured(self) -> list[Moved]:
        """Give every payment that was taken."""
        rows = self._rows(
            "SELECT capture_id, gateway_id, amount, currency, gateway FROM payments WHERE capture_id IS NOT NULL"
        )
        return [Moved(capture, payment, _whole(amount), currency) for capture, payment, amount, currency, _ in rows]

    def sent_back(self) -> list[Moved]:
        """Give every refund."""
        rows = self._rows(
            "SELECT refunds.gateway_id, payments.gateway_id, refunds.amount, refunds.currency "
            "FROM refunds JOIN payments ON payments.id = refunds.payment_id WHERE refunds.status = 'succeeded'"
        )
        return [Moved(refund, payment, _whole(amount), currency) for refund, payment, amount, currency in rows]

    def mails(self) -> Counter[str]:
        """Give the mails that were sent, by the service's id."""
        return Counter(mail.strip("<>") for (mail,) in self._rows("SELECT message_id FROM ace_mail_queue"))

    def mail_keys(self) -> Counter[str]:
        """Give the mails by what they are of."""
        return Counter(key for (key,) in self._rows("SELECT key FROM ace_mail_queue"))

    def payments(self) -> Counter[tuple[str, str]]:
        """Give whose payment is where."""
        return Counter(
            self._rows("SELECT users.email, payments.status FROM payments JOIN users ON users.id = payments.user_id")
        )

    def places(self) -> Counter[tuple[str, bool]]:
        """Give who has a place, and whether it is open."""
        rows = self._rows(
            "SELECT users.email, active FROM course_enrollments JOIN users ON users.id = course_enrollments.user_id"
        )
        return Counter((email, bool(active)) for email, active in rows)

    def sums(self) -> tuple[int, dict[str, int]]:
        """Give how many students the course counts, and what it brought in minor units by currency."""
        ((counted,),) = self._rows("SELECT students FROM courses WHERE id = 1")
        return counted, dict(self._rows("SELECT currency, minor FROM course_revenue WHERE minor <> 0"))

    def applications(self) -> Counter[tuple[str, int, str]]:
        """Give who applied for which job, and what came of it."""
        return Counter(
            self._rows(
                "SELECT users.email, applications.job_id, applications.status "
                "FROM applications JOIN users ON users.id = applications.user_id"
            )
        )

    def application_ids(self) -> dict[str, str]:
        """Give what came of each application, by its id."""
        return {str(number): status for number, status in self._rows("SELECT id, status FROM applications")}

    def user_ids(self) -> list[int]:
        """Give who signed up; the admin did not."""
        return [number for (number,) in self._rows("SELECT id FROM users WHERE role <> 'admin'")]

    def audited(self) -> Counter[tuple[str, ...]]:
        """Give how often a line stands in the audit trail, by what it says."""
        rows = self._rows('SELECT what, "user", payment, CAST(details AS TEXT) FROM ace_audit')
        return Counter(rows)

    def waiting(self) -> dict[str, int]:
        """Count what is not done yet, by where it waits."""
        unfinished = {
            "mails": "ace_mail_queue WHERE state <> 'sent'",
            "events": "ace_broadcasts",
            "webhooks": "ace_webhook_events WHERE state <> 'done'",
            "refunds": "refunds WHERE status <> 'succeeded'",
            "payments": "payments WHERE status NOT IN ('paid', 'partially_refunded', 'refunded')",
        }
        found = {name: self._rows(f"SELECT count(*) FROM {where}")[0][0] for name, where in unfinished.items()}
        return {name: number for name, number in found.items() if number}

    def taken_up_again(self) -> dict[str, int]:
        """Count what had a worker that did not finish it."""
        found = {"mails": "ace_mail_queue WHERE attempts > 1", "webhooks": "ace_webhook_events WHERE fence > 1"}
        return {
            f"{name} taken up again": self._rows(f"SELECT count(*) FROM {where}")[0][0] for name, where in found.items()
        }


def counted(crew: Crew) -> dict[str, int]:
    """Count what happened, by its kind."""
    services, tables = Services(crew), Tables(crew)
    return {
        "payments": len(services.captured()),
        "refunds": len(services.sent_back()),
        "applications": len(tables.application_ids()),
        "mails": services.mails().total(),
        "events": len(services.told()),
        "events told again": services.told().total() - len(services.told()),
        "webhooks": len(crew.sandbox.deliveries.all),
        "webhooks told again": sum(len(one.attempts) - 1 for one in crew.sandbox.deliveries.all.values()),
        **tables.taken_up_again(),
    }


STATUS = {"none": "paid", "part": "partially_refunded", "whole": "refunded"}


def compare(crew: Crew, meant: Iterable[Student]) -> None:
    """Hold both against each other, and against what everybody meant."""
    meant, services, tables = list(meant), Services(crew), Tables(crew)
    _compare_money(meant, services, tables)
    _compare_applications(meant, tables)
    _compare_mails(meant, services, tables)
    _compare_events(services, tables)
    _compare_audit(tables)


def _compare_money(meant: list[Student], services: Services, tables: Tables) -> None:
    captured, sent_back = services.captured(), services.sent_back()
    assert Counter(captured) == Counter(tables.captured())
    assert Counter(sent_back) == Counter(tables.sent_back())
    assert tables.payments() == Counter((one.email, STATUS[one.back]) for one in meant)
    assert tables.places() == Counter((one.email, one.back != "whole") for one in meant)
    earned: Counter[str] = Counter()
    for moved, sign in ((captured, 1), (sent_back, -1)):
        for one in moved:
            earned[one.currency] += sign * one.minor
    assert tables.sums() == (sum(one.back != "whole" for one in meant), {k: v for k, v in earned.items() if v})


def _compare_applications(meant: list[Student], tables: Tables) -> None:
    wished = [(one.email, job, answer) for one in meant for job, answer in one.answers.items()]
    assert tables.applications() == Counter(wished)


def _compare_mails(meant: list[Student], services: Services, tables: Tables) -> None:
    assert services.mails() == tables.mails()
    assert [mail for mail, times in services.mails().items() if times > 1] == []
    welcomes = [f"welcome-{number}" for number in tables.user_ids()]
    answers = [
        f"application-{number}{step}"
        for number, status in tables.application_ids().items()
        for step in ("", "-interview", f"-{status}")
    ]
    assert tables.mail_keys() == Counter((*welcomes, *answers))
    # Each is welcomed, and told of each step; the company hears of each application.
    told = Counter({one.email: 1 + STEPS * len(one.answers) for one in meant})
    of_company = Counter({COMPANY: 1 + len(tables.application_ids())})
    assert services.recipients() == told + of_company


def _compare_events(services: Services, tables: Tables) -> None:
    """An event may be told again, and pages drop it then; but it is made once, and none is left out."""
    made = Counter(event[1:] for event in services.told())
    wanted = [
        event
        for number, status in tables.application_ids().items()
        for event in (
            ("application.received", number, ""),
            ("application.status.changed", number, "interview"),
            ("application.status.changed", number, status),
        )
    ]
    assert made == Counter(wanted)


def _compare_audit(tables: Tables) -> None:
    lines, applications = tables.audited(), len(tables.application_ids())
    assert [line for line, times in lines.items() if times > 1] == []
    of_each = Counter(what for what, *_ in lines)
    assert of_each["account.created"] == len(tables.user_ids())
    assert (of_each["application.sent"], of_each["application.changed"]) == (applications, STEPS * applications)
    # A payment that was paid, and one whose money went back beside; a gateway may tell of more states on the way.
    paid = [line for line in lines if line[0] == "payment.changed" and line[3].endswith('-> paid"}')]
    assert len(paid) == tables.payments().total()
    assert "payment.alarm" not in of_each


def _captured_by(refund: dict[str, Any]) -> str:
    """Name the capture that a refund of PayPal's is of."""
    (up,) = [link["href"] for link in refund["links"] if link["rel"] == "up"]
    return str(up.rpartition("/")[2])


def _minor(amount: dict[str, str]) -> tuple[int, str]:
    return _whole(amount["value"]), amount["currency_code"]


def _whole(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))
