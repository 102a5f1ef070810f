"""What the tests of all transports share."""

from typing import Any

import pytest

from ace_integrations.mail import Address, Message


@pytest.fixture
def make_message() -> Any:
    def make(email: str = "lina@example.com", **fields: Any) -> Message:
        whole: dict[str, Any] = {
            "sender": Address(email="no-reply@sandbox.example.com", name="منصة"),
            "to": (Address(email=email),),
            "subject": "أهلًا | Welcome",
            "text": "أهلًا\n-----\nWelcome",
            "html": "<p>أهلًا Welcome</p>",
            **fields,
        }
        return Message(**whole)

    return make
