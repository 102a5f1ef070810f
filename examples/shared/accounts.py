"""Who somebody is: what they type to sign up, how outside services know them, how they are welcomed."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.identity import VerificationStatus
from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import WelcomeNotification, render

SENDER = Address(email="hello@mg.example.com", name="Rihla")

COOKIE = "platform_session"
STAYS_S = 14 * 24 * 3600
"""How long a browser stays signed in."""

ACCOUNT_STATUS = {
    VerificationStatus.VERIFIED: "active",
    VerificationStatus.REJECTED: "blocked",
    VerificationStatus.REVERIFY: "pending_verification",
    VerificationStatus.EXPIRED: "pending_verification",
}
"""What a check does to the account; while it is pending or in review the account stays as it is."""

DECIDED = (VerificationStatus.REVIEW, VerificationStatus.VERIFIED, VerificationStatus.REJECTED)
"""What the service decided, or still looks at: not put aside by a new check."""

_KEY = "user-"
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def clean(name: str) -> str:
    """Drop what would turn the text around a name or a title, and what neither holds."""
    return " ".join(name.translate(_BIDI).split())


class SignUp(BaseModel):
    """What a new user tells."""

    name: Annotated[str, AfterValidator(clean), Field(min_length=2, max_length=100)]
    email: Annotated[str, AfterValidator(lambda text: Address(email=text).email.lower())]
    password: Annotated[str, Field(min_length=10, max_length=200)]
    role: Annotated[str, Field(pattern="^(student|teacher)$")] = "student"


def fields_refused(error: ValidationError | InvalidInputError) -> dict[str, str]:
    """Name the text for each field that was refused."""
    if isinstance(error, ValidationError):
        return {str(problem["loc"][0]): f"error_{problem['loc'][0]}" for problem in error.errors()}
    return {"email": "error_email"}


def user_key(user_id: int) -> str:
    """Give the id that outside services, counts and the audit trail know a user by."""
    return f"{_KEY}{user_id}"


def user_of_key(key: str) -> int | None:
    """Give whose id that is; None when it is nobody's."""
    found = re.fullmatch(rf"{_KEY}([1-9][0-9]{{0,17}})", key)
    return int(found[1]) if found else None


def welcome(user: Any, *, origin: str) -> Message:
    """Give the mail that welcomes a new user."""
    notification = WelcomeNotification(name=user.name, start_url=f"{origin}/verify")
    to = Address(email=user.email, name=user.name)
    return render(notification, to=to, sender=SENDER, mail_id=f"welcome-{user.id}")


def path_inside(back: str) -> str:
    """Give a path of ours to go back to: two slashes or a backslash would lead to another host."""
    inside = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if inside else "/"
