"""Which students belong together: those whose profiles name the same university."""

import hashlib


def key_of(university: str) -> str:
    """Give the id of a university by its name, however it is spaced and capitalised; fit for a channel's name."""
    name = " ".join(university.split()).casefold()
    return hashlib.sha256(name.encode()).hexdigest()[:24]
