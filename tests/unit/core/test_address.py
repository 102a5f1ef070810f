from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations import InvalidInputError
from ace_integrations.core.address import build_path, build_query


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "\x00", "a\x7f"])
def test_a_value_that_would_change_the_address_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match="thing_id"):
        build_path("/things/{thing_id}/parts", {"thing_id": value})


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..") and text.isprintable()))
def test_any_other_value_stays_one_segment_and_comes_back_whole(value: str) -> None:
    path = build_path("/things/{thing_id}/parts", {"thing_id": value})
    assert path.count("/") == 3
    assert unquote(path.split("/")[2]) == value
    assert not {"?", "#", "\\", " "} & set(path)


def test_a_query_drops_what_is_unset_and_repeats_lists() -> None:
    assert build_query({"a": "1", "none": None, "to": ["x@example.com", "ي"]}) == "a=1&to=x%40example.com&to=%D9%8A"
