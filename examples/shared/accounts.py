"""Who somebody is: what they type to sign up, how outside services know them, how they are welcomed."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator

from ace_integrations.errors import InvalidInputError
from ace_integrations.identity import VerificationStatus
from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import WelcomeNotification, render
from examples.shared.texts import clean

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


def _named(name: str | None) -> str | None:
    return clean(name) if name else None


class SignUp(BaseModel):
    """What a new user tells; a company's name belongs to its own role."""

    name: Annotated[str, AfterValidator(clean), Field(min_length=2, max_length=100)]
    email: Annotated[str, AfterValidator(lambda text: Address(email=text).email.lower())]
    password: Annotated[str, Field(min_length=10, max_length=200)]
    role: Annotated[str, Field(pattern="^(student|teacher|company)$")] = "student"
    company: Annotated[str | None, AfterValidator(_named), Field(validate_default=True)] = None

    @field_validator("company")
    @classmethod
    def _is_of_its_role(cls, company: str | None, known: ValidationInfo) -> str | None:
        if known.data.get("role") != "company":
            return None
        if company is None or not 2 <= len(company) <= 200:
            raise ValueError("a company has a name of 2 to 200 characters")
        return company


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
