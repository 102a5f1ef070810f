"""The raw bytes of one member of a JSON object: what was signed is what was sent, not what a parser makes of it."""

import json

_SPACE = " \t\n\r"


def member(body: bytes, name: str) -> tuple[bytes, bytes] | None:
    """Give the bytes of a member's value as they stand in an object; None when it is not there.

    Of a repeated member the last one counts, as for the parser.

    Returns:
        The value alone, and with the white space that follows it, which may be the last byte of a signed body.

    Raises:
        ValueError: the body is no JSON object.
    """
    text = body.decode()
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    if text[position : position + 1] != "{":
        raise ValueError("not an object")
    found: tuple[bytes, bytes] | None = None
    position = _skip(text, position + 1)
    while text[position : position + 1] != "}":
        key, position = decoder.raw_decode(text, position)
        position = _skip(text, position)
        if not isinstance(key, str) or text[position : position + 1] != ":":
            raise ValueError("not an object")
        begin = _skip(text, position + 1)
        _, end = decoder.raw_decode(text, begin)
        position = _skip(text, end)
        found = (text[begin:end].encode(), text[begin:position].encode()) if key == name else found
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "}":
            raise ValueError("not an object")
    return found


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position
