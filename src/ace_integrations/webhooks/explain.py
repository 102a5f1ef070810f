"""Say which of the usual mistakes spoiled a signature."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

from ace_integrations.core.http_call import Headers
from ace_integrations.errors import SignatureError, StaleSignatureError
from ace_integrations.webhooks.scheme import SignatureScheme


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a delivery. Holds no secret and no part of the body.

    Attributes:
        mistake: its short name, as in "body re-serialised"; "" when nothing is wrong.
        advice: what to do about it.
    """

    mistake: str
    advice: str

    @property
    def genuine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.mistake


def explain(
    scheme: SignatureScheme,
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
    now: int,
    other_secrets: Sequence[tuple[str, str]] = (),
) -> Diagnosis:
    """Find out why a delivery is refused.

    Args:
        other_secrets: values that may have been taken for the signing secret, by what they are: ("the API key", …).
    """
    refusal = _refusal(scheme, headers, body, secrets, now)
    if refusal is None:
        return Diagnosis("", "The signature was made with a current secret.")
    if isinstance(refusal, StaleSignatureError):
        return Diagnosis(
            "clock skew or replay",
            f"The signature is good, but {refusal}. Set the clock by NTP, or resend the delivery.",
        )
    for name, original in _bodies(scheme, headers, body):
        if _is_good(scheme, headers, original, secrets, now):
            return Diagnosis(
                name,
                "The secret is right, but the body changed on its way: give the receiver the raw bytes of the request.",
            )
    for secret in secrets:
        for name, variant in _spellings(secret):
            if _is_good(scheme, headers, body, [variant], now):
                return Diagnosis(name, "Set the secret exactly as the provider shows it.")
    for name, secret in other_secrets:
        if secret and _is_good(scheme, headers, body, [secret], now):
            return Diagnosis(f"signed with {name}", f"It was signed with {name}: set the signing secret.")
    if not scheme.sorts_keys and _has_sorted_keys(body):
        return Diagnosis(
            "body re-serialised",
            "The keys of this body are in alphabetical order, which the provider does not send: "
            "give the receiver the raw bytes of the request.",
        )
    if str(refusal).endswith("is missing"):
        return Diagnosis("header lost", f"{refusal}: a proxy dropped it, or another service sent the delivery.")
    return Diagnosis(
        "another secret or endpoint",
        f"{refusal}. The secret is another endpoint's, mode's or account's, or the body is not the one that was sent.",
    )


def _refusal(
    scheme: SignatureScheme, headers: Headers, body: bytes, secrets: Sequence[str], now: int
) -> SignatureError | None:
    try:
        scheme.verify(headers, body, secrets=secrets, now=now)
    except SignatureError as error:
        return error
    return None


def _is_good(scheme: SignatureScheme, headers: Headers, body: bytes, secrets: Sequence[str], now: int) -> bool:
    """Whether the signature fits, its age aside."""
    refusal = _refusal(scheme, headers, body, secrets, now)
    return refusal is None or isinstance(refusal, StaleSignatureError)


def _bodies(scheme: SignatureScheme, headers: Headers, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Give what may have been signed before something on the way changed it."""
    yield from scheme.suspects(headers, body).items()
    yield "byte order mark added", body.removeprefix(b"\xef\xbb\xbf")
    yield "white space changed at the end", body.strip()
    yield "white space changed at the end", body.rstrip() + b"\n"
    yield "line ends changed", body.replace(b"\r\n", b"\n")
    yield "line ends changed", body.replace(b"\n", b"\r\n")
    with suppress(UnicodeDecodeError, UnicodeEncodeError):
        yield "character set changed", body.decode("utf-8").encode("latin-1")
    with suppress(UnicodeDecodeError, ValueError):
        for text in _rewritten(json.loads(body)):
            yield "body re-serialised", text


def _rewritten(value: Any) -> Iterator[bytes]:
    """Write a JSON value as the usual libraries would."""
    separators = ((",", ":"), (", ", ": "), (",", ": "))
    for ascii_only, pair, in_order, indent in product((True, False), separators, (False, True), (None, 2)):
        text = json.dumps(value, ensure_ascii=ascii_only, separators=pair, sort_keys=in_order, indent=indent)
        yield text.encode("utf-8", "surrogatepass")


def _has_sorted_keys(body: bytes) -> bool:
    """Whether a JSON body of some size lists every object's keys alphabetically."""
    orders: list[list[str]] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        orders.append([name for name, _ in pairs])

    with suppress(UnicodeDecodeError, ValueError, RecursionError):
        json.loads(body, object_pairs_hook=note)
        return any(len(names) > 2 for names in orders) and all(names == sorted(names) for names in orders)
    return False


def _spellings(secret: str) -> Iterator[tuple[str, str]]:
    for name, variant in (
        ("white space around the secret", secret.strip()),
        ("quotes around the secret", secret.strip("\"'")),
        ("prefix of the secret dropped", secret.partition("_")[2]),
    ):
        if variant:
            yield name, variant
