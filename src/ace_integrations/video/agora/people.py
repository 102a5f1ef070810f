"""Which number stands for which person: Agora's rules and events know numbers only."""

import re

from pydantic import SecretStr

from ace_integrations.video.rooms import keyed

SCREENS_FROM = 2**31
"""Numbers of people are below; who shows a screen joins once more with this added."""

_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


def number_of(person_id: str, *, key: SecretStr) -> int:
    """Give a person's number: their id where that is one, else one made of it, the same every time."""
    if _NUMBER.fullmatch(person_id) and int(person_id) < SCREENS_FROM:
        return int(person_id)
    return 1 + int(keyed(key, f"person:{person_id}")[:8], 16) % (SCREENS_FROM - 1)


def person_of(uid: int) -> str | None:
    """Give the person's number as text: who shows a screen is the person with the lower number. 0 is nobody."""
    number = uid - SCREENS_FROM if uid > SCREENS_FROM else uid
    return str(number) if number > 0 else None
