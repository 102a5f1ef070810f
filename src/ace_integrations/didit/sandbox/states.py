"""The states of the twin's sessions, and what each scenario finds: pure tables, no HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NOT_STARTED, IN_PROGRESS, IN_REVIEW = "Not Started", "In Progress", "In Review"
APPROVED, DECLINED, RESUBMITTED = "Approved", "Declined", "Resubmitted"
EXPIRED, KYC_EXPIRED, ABANDONED = "Expired", "Kyc Expired", "Abandoned"
AWAITING_USER = "Awaiting User"

UNFINISHED = frozenset({NOT_STARTED, IN_PROGRESS, RESUBMITTED, AWAITING_USER})
"""A create of the same user gives such a session again."""

DECIDED = (APPROVED, DECLINED, IN_REVIEW, KYC_EXPIRED, ABANDONED, RESUBMITTED)
"""What `update-status` takes, in the order of its error text."""

PRINTABLE = frozenset({APPROVED, DECLINED, IN_REVIEW, KYC_EXPIRED, EXPIRED})
"""A report exists."""

REVIEWS = frozenset({APPROVED, DECLINED, RESUBMITTED})
"""What a reviewer can set."""

# From In Progress also to Expired: the page and the console offer every outcome, the timer of that state abandons.
MOVES: Mapping[str, frozenset[str]] = {
    NOT_STARTED: frozenset({IN_PROGRESS, EXPIRED}),
    IN_PROGRESS: frozenset({APPROVED, DECLINED, IN_REVIEW, ABANDONED, EXPIRED}),
    AWAITING_USER: frozenset({IN_PROGRESS, EXPIRED}),
    RESUBMITTED: REVIEWS | {IN_PROGRESS, EXPIRED},
    IN_REVIEW: REVIEWS,
    APPROVED: REVIEWS | {KYC_EXPIRED},
    DECLINED: REVIEWS,
    ABANDONED: REVIEWS,
    KYC_EXPIRED: REVIEWS,
    EXPIRED: frozenset(),
}

BY_TIMER = {NOT_STARTED: EXPIRED, AWAITING_USER: EXPIRED, RESUBMITTED: EXPIRED, IN_PROGRESS: ABANDONED}
"""What an unfinished session becomes when its time is over."""

TONES = {
    IN_PROGRESS: "info",
    IN_REVIEW: "warn",
    APPROVED: "ok",
    DECLINED: "bad",
    RESUBMITTED: "warn",
    KYC_EXPIRED: "warn",
}


class RefusedMoveError(Exception):
    """The session cannot become that now."""


def way(status: str, target: str) -> list[str]:
    """Give the statuses that lead from one to another; deciding what was not opened opens it on the way.

    Raises:
        RefusedMoveError: no way leads there.
    """
    moves = MOVES.get(status, frozenset())
    if target in moves and target != status:
        return [target]
    if IN_PROGRESS in moves and target in MOVES[IN_PROGRESS]:
        return [IN_PROGRESS, target]
    raise RefusedMoveError(f"a session that is {status} cannot become {target}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the checks find.

    Attributes:
        feature: the check that fails or needs a person, "" when none does; named as in `_CHECKS`.
        risk: its warning.
    """

    slug: str
    status: str
    feature: str = ""
    risk: str = ""


def _table(*rows: tuple[str, str, str, str]) -> dict[str, Scenario]:
    return {slug: Scenario(slug, status, feature, risk) for slug, status, feature, risk in rows}


SCENARIOS = _table(
    ("approve", APPROVED, "", ""),
    ("decline_document_expired", DECLINED, "id", "DOCUMENT_EXPIRED"),
    ("decline_mrz_validation", DECLINED, "id", "MRZ_VALIDATION_FAILED"),
    ("decline_minimum_age", DECLINED, "id", "MINIMUM_AGE_NOT_MET"),
    ("decline_could_not_recognize_document", DECLINED, "id", "COULD_NOT_RECOGNIZE_DOCUMENT"),
    ("decline_face_match_low_similarity", DECLINED, "face", "LOW_FACE_MATCH_SIMILARITY"),
    ("decline_liveness_attack", DECLINED, "liveness", "LIVENESS_FACE_ATTACK"),
    ("decline_aml_hit", DECLINED, "aml", "AML_MATCH_CONFIRMED"),
    ("decline_ip_blocklist", DECLINED, "ip", "IP_ADDRESS_IN_BLOCKLIST"),
    ("decline_poa_address_mismatch", DECLINED, "poa", "POA_ADDRESS_MISMATCH"),
    ("decline_nfc_chip_not_verified", DECLINED, "nfc", "NFC_CHIP_FAILED"),
    ("decline_database_no_match", DECLINED, "database", "DATABASE_VALIDATION_NO_MATCH"),
    ("decline_kyb_registry_mismatch", DECLINED, "registry", "KYB_REGISTRY_MISMATCH"),
    ("review_aml_possible_match", IN_REVIEW, "aml", "POSSIBLE_MATCH_FOUND"),
    ("review_face_match_borderline", IN_REVIEW, "face", "LOW_FACE_MATCH_SIMILARITY"),
    ("review_poa_partial_match", IN_REVIEW, "poa", "POA_PARTIAL_MATCH"),
    ("lookup_partial_match", IN_REVIEW, "id", "DATABASE_VALIDATION_PARTIAL_MATCH"),
    ("lookup_no_match", DECLINED, "id", "DATABASE_VALIDATION_NO_MATCH"),
    ("lookup_provider_error", IN_REVIEW, "id", "LOOKUP_PROVIDER_ERROR"),
    ("wallet_cancelled", DECLINED, "id", "WALLET_CANCELLED"),
    ("wallet_timeout", DECLINED, "id", "WALLET_TIMEOUT"),
    ("wallet_provider_error", IN_REVIEW, "id", "WALLET_PROVIDER_ERROR"),
    ("x_abandon", ABANDONED, "", ""),
    ("x_expire", EXPIRED, "", ""),
    ("x_kyc_expired", KYC_EXPIRED, "", ""),
    ("x_stay_in_progress", IN_PROGRESS, "", ""),
)
"""Magic values by slug; those with `x_` exist in this twin only."""

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "approve": (APPROVED, "approve"),
    "decline": (DECLINED, "decline_document_expired"),
    "review": (IN_REVIEW, "review_face_match_borderline"),
    "abandon": (ABANDONED, "x_abandon"),
    "expire": (EXPIRED, "x_expire"),
    "kyc_expire": (KYC_EXPIRED, "approve"),
    "start": (IN_PROGRESS, "x_stay_in_progress"),
}
"""What a person decides in the service's place: the status, and the scenario that explains it."""


@dataclass(slots=True)
class TwinSession:
    """One session of the twin; times are Unix seconds of the sandbox.

    Attributes:
        scenario: what will be found, its slug.
        found: what was found; None until the checks have run.
        term: counts the restarts of the expiry, so that an older timer does nothing.
    """

    id: str
    number: int
    token: str
    workflow_id: str
    workflow_version: int
    created_at: float
    expires_at: float
    language: str | None = None
    vendor_data: str | None = None
    callback: str | None = None
    metadata: Any = None
    contact_details: Any = None
    expected_details: Any = None
    status: str = NOT_STARTED
    scenario: str = "approve"
    found: Scenario | None = None
    term: int = 0
    resubmit_info: dict[str, Any] | None = None
    reviews: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    history: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of check: its name in `features`, its list in the decision, its name in warnings, its node."""

    feature: str
    listed_as: str
    warns_as: str
    node_id: str
    always: bool = False


_CHECKS: Mapping[str, _Kind] = {
    "registry": _Kind("KYB_REGISTRY", "registry_checks", "KYB_REGISTRY", "feature_kyb_registry_1"),
    "id": _Kind("ID_VERIFICATION", "id_verifications", "ID_VERIFICATION", "feature_ocr_1", always=True),
    "nfc": _Kind("NFC", "nfc_verifications", "NFC", "feature_nfc_1"),
    "liveness": _Kind("LIVENESS", "liveness_checks", "LIVENESS", "feature_liveness_1", always=True),
    "face": _Kind("FACE_MATCH", "face_matches", "FACEMATCH", "feature_face_match_1", always=True),
    "poa": _Kind("POA", "poa_verifications", "PROOF_OF_ADDRESS", "feature_poa_1"),
    "database": _Kind("DATABASE_VALIDATION", "database_validations", "DATABASE_VALIDATION", "feature_database_1"),
    "aml": _Kind("AML", "aml_screenings", "AML", "feature_aml_1"),
    "ip": _Kind("IP_ANALYSIS", "ip_analyses", "LOCATION", "feature_ip_1", always=True),
}
"""In the order in which they run."""

_LISTS = (
    "id_verifications", "liveness_checks", "face_matches", "ip_analyses", "nfc_verifications", "phone_verifications",
    "email_verifications", "poa_verifications", "document_ai_documents", "questionnaire_responses", "aml_screenings",
    "database_validations",
)  # fmt: skip


def decision(session: TwinSession, *, address: str, media: str) -> dict[str, Any]:
    """Give a session's decision as the API would.

    Args:
        address: of the hosted page.
        media: the address of an image with `{name}` in it.
    """
    scenario = session.found or SCENARIOS[session.scenario]
    kinds = {name: kind for name, kind in _CHECKS.items() if kind.always or name == scenario.feature}
    value: dict[str, Any] = {
        "session_id": session.id,
        "session_kind": "user",
        "session_number": session.number,
        "session_url": address,
        "status": session.status,
        "environment": "sandbox",
        "workflow_id": session.workflow_id,
        "features": [kind.feature for kind in kinds.values()],
        "vendor_data": session.vendor_data,
        "metadata": session.metadata,
        "expected_details": session.expected_details,
        "contact_details": session.contact_details,
        "callback": session.callback,
        **dict.fromkeys(_LISTS),
        "nfc_skip_reason": None,
        **_results(session.found, kinds, media),
        "reviews": session.reviews,
        "created_at": moment(session.created_at),
        "expires_at": moment(session.expires_at),
    }
    return value


def _results(found: Scenario | None, kinds: Mapping[str, _Kind], media: str) -> dict[str, Any]:
    """Give the lists of the checks that ran: up to the one that declined, or that was not finished."""
    results: dict[str, Any] = {}
    if found is None or found.status == EXPIRED:
        return results
    for name, kind in kinds.items():
        item: dict[str, Any] = {"node_id": kind.node_id, "status": APPROVED, **_item(name, media), "warnings": []}
        results[kind.listed_as] = [item]
        if name == found.feature:
            item |= {"status": found.status, **_spoiled(name, found), "warnings": [_warning(kind, found)]}
            if found.status == DECLINED:
                break
        if found.status == ABANDONED and name == "liveness":
            # The user left during the selfie.
            item |= {"status": "Not Finished", "score": None, "reference_image": None}
            break
    return results


def _warning(kind: _Kind, found: Scenario) -> dict[str, Any]:
    words = found.risk.replace("_", " ").capitalize()
    return {
        "feature": kind.warns_as,
        "risk": found.risk,
        "additional_data": None,
        "log_type": "error" if found.status == DECLINED else "warning",
        "short_description": words,
        "long_description": f"{words}, as the sandbox was told.",
        "node_id": kind.node_id,
    }


def _spoiled(name: str, found: Scenario) -> dict[str, Any]:
    """Give the fields of an item that show why it was not approved."""
    if name == "face":
        return {"score": 65.0 if found.status == IN_REVIEW else 21.5}
    if name == "liveness":
        return {"score": 4.0}
    if found.risk == "DOCUMENT_EXPIRED":
        return {"expiration_date": "2024-02-28"}
    if found.risk == "MINIMUM_AGE_NOT_MET":
        return {"date_of_birth": "2012-01-01", "age": 14}
    if found.slug.startswith("lookup_"):
        return {"verification_method": "id_lookup", "assurance": "data_match"}
    if found.slug.startswith("wallet_"):
        return {"verification_method": "wallet", "assurance": "cryptographic"}
    return dict(_SPOILED_ITEMS.get(name, {}))


def _item(name: str, media: str) -> dict[str, Any]:
    """Give an approved item; scores are whole floats where the service has them, since V2 signatures rewrite those."""
    image = media.format
    match name:
        case "id":
            return {**_DOCUMENT, "portrait_image": image(name="portrait"), "front_image": image(name="front")}
        case "liveness":
            return {**_LIVENESS, "reference_image": image(name="selfie")}
        case "face":
            return {"score": 97.25, "source_image": image(name="portrait"), "target_image": image(name="selfie")}
        case _:
            return dict(_OTHER_ITEMS[name])


_DOCUMENT: Mapping[str, Any] = {
    "verification_method": "document",
    "assurance": "documentary",
    "document_type": "Identity Card",
    "document_subtype": None,
    "document_number": "TEST000001",
    "personal_number": "29901010000001",
    "first_name": "Test",
    "last_name": "Student",
    "full_name": "Test Student",
    "date_of_birth": "1999-01-01",
    "age": 27,
    "gender": "F",
    "nationality": "EGY",
    "issuing_state": "EGY",
    "issuing_state_name": "Egypt",
    "date_of_issue": "2022-03-01",
    "expiration_date": "2029-02-28",
    "address": "Cairo",
    "formatted_address": "Cairo, Egypt",
    "place_of_birth": "Cairo",
    "marital_status": None,
    "extra_fields": {
        "first_name_non_latin": "طالبة",
        "last_name_non_latin": "تجريبية",
        "full_name_non_latin": "طالبة تجريبية",
    },
    "mrz": None,
    "back_image": None,
    "matches": [],
}

_LIVENESS: Mapping[str, Any] = {
    "method": "PASSIVE",
    "score": 95.0,
    "video_url": None,
    "age_estimation": 26.4,
    "face_quality": 88.0,
    "face_luminance": 51.5,
    "matches": [],
}

_OTHER_ITEMS: Mapping[str, Mapping[str, Any]] = {
    "registry": {"company_name": "Example Trading", "registry_country": "EGY"},
    "nfc": {
        "is_nfc_skipped": False,
        "skip_reason": None,
        "authenticity": {"sod_integrity": True, "dg_integrity": True},
    },
    "poa": {"document_type": "Utility Bill", "issuer": "Example Power", "name_on_document": "Test Student"},
    "database": {"issuing_state": "EGY", "validation_type": "one_by_one", "match_type": "full_match"},
    "aml": {"total_hits": 0, "entity_type": "person", "hits": []},
    "ip": {
        "ip_address": "203.0.113.9",
        "ip_country": "Egypt",
        "ip_country_code": "EG",
        "is_vpn_or_tor": False,
        "is_data_center": False,
        "matches": [],
    },
}

_SPOILED_ITEMS: Mapping[str, Mapping[str, Any]] = {"aml": {"total_hits": 1}, "database": {"match_type": "no_match"}}


def moment(seconds: float) -> str:
    """Write a time as the API does: microseconds, and Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def without_nulls(value: Any) -> Any:
    """Leave out every null; the community SDK refuses some that the real service sends."""
    match value:
        case dict():
            return {key: without_nulls(item) for key, item in value.items() if item is not None}  # pyright: ignore[reportUnknownVariableType] - JSON
        case list():
            return [without_nulls(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - JSON
        case _:
            return value
