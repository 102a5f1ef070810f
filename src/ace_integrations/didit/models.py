"""What goes to Didit and what comes back. Answers are read leniently: Didit promises no leaf, and adds new ones.

An answer holds personal data, so its `repr` shows ids and states only.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from ace_integrations.core.http_call import from_json

T = TypeVar("T")


class SessionStatus(StrEnum):
    """Where a session is, in Didit's exact words. Source: didit.md §3.3."""

    NOT_STARTED = "Not Started"
    IN_PROGRESS = "In Progress"
    AWAITING_USER = "Awaiting User"
    IN_REVIEW = "In Review"
    APPROVED = "Approved"
    DECLINED = "Declined"
    RESUBMITTED = "Resubmitted"
    EXPIRED = "Expired"
    KYC_EXPIRED = "Kyc Expired"
    ABANDONED = "Abandoned"


OpenStatus = Annotated[SessionStatus | str, Field(union_mode="left_to_right")]
"""A status of the list, or a newer word that this version does not know."""


def _none_is_empty(value: object) -> object:
    return () if value is None else value


Listed = Annotated[tuple[T, ...], BeforeValidator(_none_is_empty)]
"""A list that is null until its check has run once; absent, null and empty are the same."""


class Answer(BaseModel):
    """The base of every answer: frozen, what is not named here is kept, and nothing personal in its `repr`."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        shown = ("session_id", "status", "node_id", "feature", "risk", "log_type", "scenario", "count")
        for name in shown:
            if getattr(self, name, None) is not None:
                yield name, getattr(self, name)

    def __str__(self) -> str:
        return repr(self)


class Session(Answer):
    """A session as it was created, or given again. Source: didit.md §3.1.

    Attributes:
        session_token: opens the hosted page of this one session; a secret, and part of `url`.
        url: where the user's browser goes, to be used as it stands.
        vendor_data: our own id of the user.
    """

    session_id: str
    session_number: int | None = None
    session_token: SecretStr | None = None
    url: str
    vendor_data: str | None = None
    metadata: Any = None
    status: OpenStatus
    workflow_id: str | None = None
    workflow_version: int | None = None
    callback: str | None = None


class RiskWarning(Answer):
    """Why a check was declined or sent to review. Source: didit.md §3.4.

    Attributes:
        risk: the code, of an open set: "DOCUMENT_EXPIRED".
        log_type: "error" declined, "warning" sent to review, "information" did neither.
    """

    feature: str | None = None
    risk: str | None = None
    additional_data: Any = None
    log_type: str | None = None
    short_description: str | None = None
    long_description: str | None = None
    node_id: str | None = None


class Check(Answer):
    """One result of one check; `status` is the check's own, and can differ from the session's."""

    node_id: str | None = None
    status: str | None = None
    warnings: Listed[RiskWarning] = ()


class IdVerification(Check):
    """An identity document. Arabic names are in `extra_fields`, under keys that end in `_non_latin`.

    Attributes:
        document_type: a display name, as in "Identity Card".
        nationality, issuing_state: three letters, as in "EGY".
        date_of_birth, date_of_issue, expiration_date: YYYY-MM-DD.
    """

    verification_method: str | None = None
    assurance: str | None = None
    document_type: str | None = None
    document_subtype: str | None = None
    document_number: str | None = None
    personal_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    date_of_birth: str | None = None
    age: int | None = None
    gender: str | None = None
    nationality: str | None = None
    issuing_state: str | None = None
    issuing_state_name: str | None = None
    date_of_issue: str | None = None
    expiration_date: str | None = None
    address: str | None = None
    formatted_address: str | None = None
    extra_fields: Mapping[str, Any] | None = None

    @property
    def full_name_non_latin(self) -> str | None:
        """The name as the document writes it in another script, Arabic for one."""
        value = (self.extra_fields or {}).get("full_name_non_latin")
        return value if isinstance(value, str) else None


class LivenessCheck(Check):
    """Whether a living person looked into the camera; `score` from 0 to 100."""

    method: str | None = None
    score: float | None = None
    age_estimation: float | None = None


class FaceMatch(Check):
    """How alike the selfie and the document's portrait are; `score` from 0 to 100."""

    score: float | None = None


class NfcVerification(Check):
    """The chip of a document."""

    is_nfc_skipped: bool | None = None
    skip_reason: str | None = None


class AmlScreening(Check):
    """A search of sanction and watch lists."""

    total_hits: int | None = None
    entity_type: str | None = None


class PhoneVerification(Check):
    """A telephone number that was confirmed by a code."""

    full_number: str | None = None
    country_code: str | None = None
    is_disposable: bool | None = None
    is_virtual: bool | None = None
    verified_at: str | None = None


class EmailVerification(Check):
    """An e-mail address that was confirmed by a code."""

    email: str | None = None
    is_breached: bool | None = None
    is_disposable: bool | None = None
    is_undeliverable: bool | None = None
    verified_at: str | None = None


class PoaVerification(Check):
    """A proof of address."""

    document_type: str | None = None
    issuer: str | None = None
    issue_date: str | None = None
    poa_formatted_address: str | None = None
    name_on_document: str | None = None


class DocumentAi(Check):
    """Documents of a kind that the account defined itself, such as a student card."""

    items: Listed[Any] = ()


class IpAnalysis(Check):
    """The address and device that the check was done from."""

    ip_address: str | None = None
    ip_country: str | None = None
    ip_country_code: str | None = None
    is_vpn_or_tor: bool | None = None
    is_data_center: bool | None = None


class DatabaseValidation(Check):
    """A comparison with a state's own register."""

    issuing_state: str | None = None
    validation_type: str | None = None
    match_type: str | None = None


class QuestionnaireResponse(Check):
    """Answers to the account's own questions, uploads included."""

    questionnaire_id: str | None = None
    title: str | None = None
    sections: Listed[Any] = ()


class Review(Answer):
    """A person, or a call of ours, changed the status.

    Attributes:
        user: the reviewer's e-mail address, "API Client" or "Unknown".
    """

    user: str | None = None
    new_status: str | None = None
    comment: str | None = None
    created_at: str | None = None


_SINGULAR: Mapping[str, str] = {
    "id_verification": "id_verifications",
    "liveness": "liveness_checks",
    "face_match": "face_matches",
    "nfc": "nfc_verifications",
    "aml": "aml_screenings",
    "phone": "phone_verifications",
    "email": "email_verifications",
    "poa": "poa_verifications",
    "ip_analysis": "ip_analyses",
    "database_validation": "database_validations",
}


class Decision(Answer):
    """Everything that a session found, at any time of its life. Source: didit.md §3.3.

    Full of personal data, and links to images that end within the hour: store the status and what you must, no more.
    """

    session_id: str
    session_kind: str | None = None
    session_number: int | None = None
    session_url: str | None = None
    status: OpenStatus
    environment: str | None = None
    workflow_id: str | None = None
    features: Listed[Any] = ()
    vendor_data: str | None = None
    metadata: Any = None
    callback: str | None = None
    id_verifications: Listed[IdVerification] = ()
    liveness_checks: Listed[LivenessCheck] = ()
    face_matches: Listed[FaceMatch] = ()
    nfc_verifications: Listed[NfcVerification] = ()
    aml_screenings: Listed[AmlScreening] = ()
    phone_verifications: Listed[PhoneVerification] = ()
    email_verifications: Listed[EmailVerification] = ()
    poa_verifications: Listed[PoaVerification] = ()
    document_ai_documents: Listed[DocumentAi] = ()
    ip_analyses: Listed[IpAnalysis] = ()
    database_validations: Listed[DatabaseValidation] = ()
    questionnaire_responses: Listed[QuestionnaireResponse] = ()
    registry_checks: Listed[Check] = ()
    document_verifications: Listed[Check] = ()
    key_people_checks: Listed[Check] = ()
    nfc_skip_reason: str | None = None
    reviews: Listed[Review] = ()
    created_at: str | None = None
    expires_at: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_older_webhooks(cls, value: Any) -> Any:
        # Webhooks of version 2 hold one object under a singular key where version 3 holds a list.
        if not isinstance(value, dict):
            return value  # pyright: ignore[reportUnknownVariableType] - refused by pydantic
        found: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType] - JSON
        for old, new in _SINGULAR.items():
            if new not in found and isinstance(found.get(old), dict):
                found[new] = [found.pop(old)]
        return found

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every result of every check, in the order of the fields."""
        lists = (getattr(self, name) for name in type(self).model_fields)
        return tuple(item for found in lists if isinstance(found, tuple) for item in found if isinstance(item, Check))  # pyright: ignore[reportUnknownVariableType]

    @property
    def warnings(self) -> tuple[RiskWarning, ...]:
        """Every warning of every check."""
        return tuple(warning for check in self.checks for warning in check.warnings)


class SessionRow(Answer):
    """A session in a list; far less than its decision."""

    session_id: str
    session_kind: str | None = None
    session_number: int | None = None
    session_url: str | None = None
    status: OpenStatus
    vendor_data: str | None = None
    created_at: str | None = None
    features: Listed[Any] = ()


class SessionPage(Answer):
    """One page of a list.

    Attributes:
        count: sessions that match, on all pages.
        next: the address of the next page, None on the last.
    """

    count: int
    next: str | None = None
    previous: str | None = None
    results: tuple[SessionRow, ...]


class Updated(Answer):
    """A status was set."""

    session_id: str


class Deleted(Answer):
    """A session and its data are gone."""

    session_id: str
    session_number: int | None = None
    face_retention_outcome: str | None = None
    biometric_template_uuid: str | None = None


class Balance(Answer):
    """The prepaid credit, in US dollars."""

    balance: Decimal
    auto_refill_enabled: bool | None = None
    auto_refill_amount: Decimal | None = None
    auto_refill_threshold: Decimal | None = None


class Armed(Answer):
    """What a sandbox session will find."""

    session_id: str
    scenario: str
    status: OpenStatus | None = None


class Given(BaseModel):
    """The base of what is sent: unset fields are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def as_json(self) -> dict[str, Any]:
        """Give the fields that are set."""
        return self.model_dump(mode="json", exclude_none=True)


class ContactDetails(Given):
    """How Didit may reach the user. Source: didit.md §3.1.

    Attributes:
        phone: with "+" and country code; anything else is ignored by Didit.
        send_notification_emails: whether Didit writes about the result.
    """

    email: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    email_lang: str | None = None
    send_notification_emails: bool = False


class ExpectedDetails(Given):
    """What the document should say; a difference becomes a warning. Source: didit.md §3.1.

    Attributes:
        date_of_birth: YYYY-MM-DD.
        gender: "M" or "F".
        nationality, country, id_country, poa_country: three letters, as in "EGY".
        address: needs `country` or `poa_country`.
    """

    first_name: str | None = Field(default=None, repr=False)
    last_name: str | None = Field(default=None, repr=False)
    date_of_birth: str | None = Field(default=None, repr=False)
    gender: str | None = Field(default=None, repr=False)
    nationality: str | None = Field(default=None, repr=False)
    country: str | None = Field(default=None, repr=False)
    id_country: str | None = Field(default=None, repr=False)
    poa_country: str | None = Field(default=None, repr=False)
    address: str | None = Field(default=None, repr=False)
    identification_number: str | None = Field(default=None, repr=False)
    ip_address: str | None = Field(default=None, repr=False)
    expected_document_types: tuple[str, ...] | None = None


class NodeToResubmit(Given):
    """A step that the user does again; `node_id` from the decision, `feature` as in "OCR"."""

    node_id: str
    feature: str


SESSION = from_json(Session)
DECISION = from_json(Decision)
SESSION_PAGE = from_json(SessionPage)
UPDATED = from_json(Updated)
DELETED = from_json(Deleted)
BALANCE = from_json(Balance)
ARMED = from_json(Armed)
