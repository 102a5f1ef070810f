"""What somebody looks for, and what of it is refused."""

import pytest
from pydantic import ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.jobs import DatePosted, EmploymentType, SearchFilters


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("keyword", "x" * 121),
        ("keyword", "a\nb"),
        ("keyword", " "),
        ("location", ""),
        ("country", "egypt"),
        ("country", "مص"),
        ("language", "e1"),
        ("employment_types", ["full"]),
        ("date_posted", "year"),
        ("experience_level", "expert"),
        ("radius_km", 0),
        ("pages", 21),
        ("remote", "perhaps"),
        ("salary", 7),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_its_name(field, value):
    with pytest.raises(InvalidInputError) as refused:
        SearchFilters(**{field: value})
    assert refused.value.field.startswith(field)


def test_the_order_of_lists_blanks_and_capitals_of_codes_have_no_meaning():
    one = SearchFilters(keyword=" tutor ", country="EG", employment_types=["full_time", "contract"])
    other = SearchFilters(keyword="tutor", country="eg", employment_types=[EmploymentType.CONTRACT, "full_time"])
    assert (one, hash(one)) == (other, hash(other))


def test_filters_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        SearchFilters().pages = 2


@pytest.mark.parametrize(("word", "days"), [("all", None), ("today", 1), ("3days", 3), ("week", 7), ("month", 30)])
def test_each_age_is_a_number_of_days(word, days):
    assert DatePosted(word).days == days
