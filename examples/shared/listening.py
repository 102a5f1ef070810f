"""Names of channels."""


def channel_number(text: str) -> int | None:
    """Read an id as the platform writes it into a name: another spelling of it would be another channel."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 and text == str(int(text)) else None
