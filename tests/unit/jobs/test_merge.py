"""One list of many: each job once, the platform's own first."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.jobs.conftest import NOW

from ace_integrations.jobs import JobPosting
from ace_integrations.jobs.merge import merged, without_duplicates


def ids(postings):
    return [posting.id for posting in postings]


def test_the_platforms_own_come_first_and_each_part_is_newest_first(local, external):
    found = merged([local(1, days=9), local(2, days=1), local(3)], [external(4, days=5), external(5, days=0)])
    assert ids(found) == ["2", "1", "3", "ext_5", "ext_4"]


def test_of_one_date_the_order_stays(external):
    assert ids(merged([], [external(number, days=1) for number in (3, 1, 2)])) == ["ext_3", "ext_1", "ext_2"]


def test_a_job_of_the_platforms_own_is_not_shown_again(local, external):
    found = merged([local(1, title="Tutor", company="Rihla")], [external(2, title="TUTOR (m/f)", company="Rihla Ltd")])
    assert ids(found) == ["1"]


def test_the_platforms_own_are_never_dropped(local):
    assert len(merged([local(1, title="Tutor"), local(2, title="Tutor")], [])) == 2


def test_one_id_is_one_job_and_so_is_one_key(external):
    rows = [external(1, title="A"), external(1, title="B"), external(2, title="a")]
    assert len(without_duplicates(rows)) == 1


def test_the_row_with_a_safe_link_then_a_salary_then_more_text_then_newer_is_kept(external):
    rows = [
        external(1, title="A", description="long text", days=0),
        external(2, title="A", apply_url="http://a.example/1", salary_min=1, description="longer text"),
        external(3, title="A", apply_url="https://a.example/1"),
        external(4, title="A", apply_url="https://a.example/1", salary_min=1),
        external(5, title="A", apply_url="https://a.example/1", salary_min=1, description="text"),
        external(6, title="A", apply_url="https://a.example/1", salary_min=1, description="text", days=1),
    ]
    for best in range(len(rows), 0, -1):
        assert ids(without_duplicates(rows[:best])) == [f"ext_{best}"]


def test_the_places_to_apply_at_are_those_of_all_rows(external, option):
    rows = [
        external(1, title="A", apply_options=(option("Wuzzuf"),)),
        external(2, title="A", description="text", apply_options=(option("Bayt"), option("Wuzzuf"))),
        external(3, title="A", apply_options=(option("Indeed"),)),
    ]
    (kept,) = without_duplicates(rows)
    assert [option.publisher for option in kept.apply_options] == ["Bayt", "Wuzzuf", "Indeed"]


POSTINGS = st.lists(
    st.builds(
        JobPosting,
        id=st.sampled_from(["ext_1", "ext_2", "ext_3", "ext_4"]),
        title=st.sampled_from(["A", "B", "C"]),
        company=st.sampled_from([None, "Rihla"]),
        source=st.just("external"),
        posted_at=st.sampled_from([None, NOW]),
        description=st.sampled_from(["", "text"]),
        raw=st.just({}),
        **dict.fromkeys(("location", "apply_url", "salary_min", "salary_max", "salary_currency"), st.none()),
    ),
    max_size=8,
)


@given(POSTINGS)
def test_no_two_rows_of_a_merged_list_are_one_job_and_none_is_lost(postings):
    found = merged([], postings)
    assert len({posting.id for posting in found}) == len({posting.dedupe_key for posting in found}) == len(found)
    assert {posting.id for posting in found} <= {posting.id for posting in postings}
    assert merged([], found) == found
