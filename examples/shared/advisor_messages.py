"""The words of the career advisor, in both languages."""

ADVISOR: dict[str, dict[str, str]] = {
    "advisor": {"en": "Advisor", "ar": "المستشار"},
}
