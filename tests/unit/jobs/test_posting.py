"""What a posting may hold."""

import json

import pytest
from pydantic import ValidationError

from ace_integrations.jobs import JobPosting


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"title": ""},
        {"id": "ext_1"},
        {"source": "external"},
        {"apply_url": "javascript:alert(1)"},
        {"salary_min": 2, "salary_max": 1},
        {"salary_min": -1},
        {"posted_at": "2026-11-25T12:00:00"},
        {"salary_currency": "$"},
        {"employment_type": "gig"},
    ],
)
def test_a_posting_that_cannot_be_shown_is_refused(fields):
    with pytest.raises(ValidationError):
        JobPosting(**{"id": "1", "title": "Tutor", **fields})


def test_its_json_has_the_thirteen_fields_first_and_no_raw_row():
    posting = JobPosting(id="1", title="Tutor", raw={"secret": "\ud83d"})
    names = list(json.loads(posting.model_dump_json()))
    assert names[:13] == list(posting.public())
    assert names[:3] + names[12:13] == ["id", "title", "company", "source"]
    assert "raw" not in names


def test_one_job_elsewhere_has_the_same_key():
    one = JobPosting(id="1", title="Backend Engineer", company="Nilecode", location="Cairo")
    other = JobPosting(id="2", title="Backend  Engineer (m/f/d)", company="NILECODE S.A.E.", location="Cairo, EG")
    assert one.dedupe_key == other.dedupe_key


def test_a_remote_job_has_the_same_key_wherever_it_is_said_to_be():
    one = JobPosting(id="1", title="Tutor", location="Remote", remote=True)
    other = JobPosting(id="2", title="Tutor", location="Anywhere", remote=True)
    here = JobPosting(id="3", title="Tutor", location="Cairo")
    assert one.dedupe_key == other.dedupe_key != here.dedupe_key
