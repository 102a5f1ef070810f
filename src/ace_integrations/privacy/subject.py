"""Whom an export or an erasure is about."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Subject(BaseModel):
    """One person, as your own records know them. Nothing is guessed: what is not named here is not looked for.

    Attributes:
        user: your own stable id, as you gave it to the services.
        emails: every address that mails went to, old ones too.
        ids: what your records hold of them at each service, by the service's name: payments at "stripe" and "paypal",
            verifications at "didit", rooms of live classes. Each service's page says which ids it takes.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    user: str
    emails: tuple[str, ...] = Field(default=(), repr=False)
    ids: Mapping[str, tuple[str, ...]] = Field(default={}, repr=False)

    @field_validator("user")
    @classmethod
    def _is_somebody(cls, user: str) -> str:
        # An empty id would match whatever was made without one.
        if not user.strip():
            raise ValueError("is empty; give the platform's own id of the user")
        return user

    @field_validator("emails")
    @classmethod
    def _are_addresses(cls, emails: tuple[str, ...]) -> tuple[str, ...]:
        if not all("@" in email.strip("@") for email in emails):
            raise ValueError("holds something that is no address")
        return emails

    def ids_at(self, service: str) -> tuple[str, ...]:
        """Give what your records hold of them at one service, each id once."""
        return tuple(dict.fromkeys(self.ids.get(service, ())))

    def joined(self, other: "Subject") -> "Subject":
        """Give the same person with what either knows: an erasure that is asked for again forgets no id."""
        services = (*self.ids, *other.ids)
        ids = {name: tuple(dict.fromkeys((*self.ids_at(name), *other.ids_at(name)))) for name in services}
        return Subject(user=self.user, emails=tuple(dict.fromkeys((*self.emails, *other.emails))), ids=ids)
