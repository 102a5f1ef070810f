"""What Stripe takes as metadata."""

from collections.abc import Mapping

from ace_integrations.errors import InvalidInputError

MOST_METADATA, LONGEST_NAME, LONGEST_VALUE = 50, 40, 500


def checked_metadata(metadata: Mapping[str, str] | None) -> dict[str, str] | None:
    """Refuse here what Stripe would refuse, so that a payment never fails for its labels.

    Raises:
        InvalidInputError: too many, too long, or a name with brackets.
    """
    if not metadata:
        return None
    for name, value in metadata.items():
        if not 0 < len(name) <= LONGEST_NAME or "[" in name or "]" in name or len(value) > LONGEST_VALUE:
            raise InvalidInputError(f"{name[:LONGEST_NAME]!r} is too long or has brackets", field="metadata")
    if len(metadata) > MOST_METADATA:
        raise InvalidInputError(f"has more than {MOST_METADATA} entries", field="metadata")
    return dict(metadata)
