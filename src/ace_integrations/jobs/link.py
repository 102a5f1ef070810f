"""Which addresses of a posting a browser may be sent to."""

import re

LONGEST = 2048

_HOST = r"(?:\[[0-9a-f:.]{2,45}\]|\w[\w.-]*)"
_REST = r'[^\s\x00-\x1f\x7f-\x9f\\<>"\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]*'
_ADDRESS = re.compile(rf"https?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?", re.IGNORECASE)


def web_address(value: object) -> str | None:
    """Give an http or https address with a host, without user, blanks and controls; None for all else."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    address = value.strip()
    return address if _ADDRESS.fullmatch(address) else None
