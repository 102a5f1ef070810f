"""The twin's details of postings, and what it says of salaries."""

import pytest

from ace_integrations.jsearch.sandbox.corpus import CORPUS, docid_of

EXAMPLE = {
    "location": "Cairo",
    "job_title": "Nodejs Developer",
    "min_salary": 180000,
    "max_salary": 420000,
    "median_salary": 282000.5,
    "min_base_salary": 160000,
    "max_base_salary": 360000,
    "median_base_salary": 248000,
    "min_additional_pay": 20000,
    "max_additional_pay": 60000,
    "median_additional_pay": 34000.5,
    "salary_period": "YEAR",
    "salary_currency": "EGP",
    "salary_count": 60,
    "salaries_updated_at": "2026-06-06T23:59:59.000Z",
    "confidence": "CONFIDENT",
}


def details(shop, job_id, **more):
    answer = shop.ask("/job-details", job_id=job_id, **more)
    assert answer.status_code == 200
    return answer.json()


# Details.


def test_a_posting_is_found_by_its_docid_and_by_the_id_of_any_search(shop):
    first, second = (shop.search("nurse in cairo")[0] for _ in range(2))
    docid = shop.ask("/job-details", job_id=first["job_id"]).json()["data"][0]["job_google_link"].partition("docid=")[2]
    for job_id in (first["job_id"], second["job_id"], docid):
        (found,) = details(shop, job_id, country="eg")["data"]
        assert found["job_id"] == job_id
        assert {name: found[name] for name in first if name not in ("job_id", "employer_reviews")} == {
            name: first[name] for name in first if name not in ("job_id", "employer_reviews")
        }


def test_details_tell_more_than_a_search(shop):
    remote = next(job for job in CORPUS.values() if job.remote == "unsaid")
    (found,) = details(shop, remote.docid)["data"]
    assert (found["job_is_remote"], found["work_arrangement"]) == (None, "remote")
    assert found["required_experience_years"] == remote.years
    assert found["seniority_level"] in ("entry", "mid", "senior")
    assert found["required_technologies"] == list(remote.occupation.skills)
    assert set(found["employer_reviews"][0]) == {
        "publisher", "employer_name", "score", "num_stars", "review_count", "max_score", "reviews_link",
    }  # fmt: skip


def test_several_ids_are_told_in_their_order_and_unknown_ones_left_out(shop):
    ids = [docid_of(3), "unknown", docid_of(0)]
    answer = details(shop, ",".join(ids))
    assert [row["job_id"] for row in answer["data"]] == [ids[0], ids[2]]
    assert answer["parameters"] == {"job_id": ",".join(ids), "country": "us", "language": "en"}


def test_an_unknown_posting_is_an_empty_list(shop):
    answer = details(shop, "unknown")
    assert (answer["status"], answer["data"]) == ("OK", [])


def test_details_are_projected_and_in_the_language_of_the_country(shop):
    (found,) = details(shop, docid_of(1), country="eg", fields="job_employment_type,job_title")["data"]
    assert set(found) == {"job_employment_type", "job_title"}
    assert any("\u0621" <= letter <= "\u064a" for letter in found["job_employment_type"])


def test_details_take_twenty_ids(shop):
    assert shop.ask("/job-details", job_id=",".join(map(docid_of, range(20)))).status_code == 200
    assert shop.ask("/job-details", job_id=",".join(map(docid_of, range(21)))).status_code == 400


@pytest.mark.parametrize("query", [{}, {"job_id": ""}, {"job_id": " , "}])
def test_details_need_an_id(shop, query):
    assert shop.ask("/job-details", **query).json()["error"]["code"] == 400


# Salaries.


def test_an_estimate_is_that_of_the_table(shop):
    answer = shop.ask("/estimated-salary", job_title="nodejs developer", location="cairo").json()
    about = {"publisher_name": "Glassdoor", "publisher_link": "https://salaries.example/"}
    assert answer["data"] == [{**EXAMPLE, **about}]
    assert answer["parameters"] == {
        "job_title": "nodejs developer", "location": "cairo", "location_type": "ANY", "years_of_experience": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "place", "currency", "median"),
    [
        ({"location": "القاهرة"}, "القاهرة", "EGP", 282000.5),
        ({"location": "Egypt"}, "Egypt", "EGP", 282000.5),
        ({"location": "Riyadh"}, "Riyadh", "SAR", 169200.3),
        ({"location": "Illinois", "location_type": "STATE"}, "Illinois", "USD", 112800.2),
        ({"location": "cairo", "years_of_experience": "LESS_THAN_ONE"}, "Cairo", "EGP", 141000.25),
        ({"location": "cairo", "job_title": "مطور Nodejs"}, "Cairo", "EGP", 282000.5),
    ],
)
def test_estimates_go_by_place_and_experience(shop, query, place, currency, median):
    (found,) = shop.ask("/estimated-salary", **{"job_title": "nodejs developer", **query}).json()["data"]
    assert (found["location"], found["salary_currency"], found["median_salary"]) == (place, currency, median)


@pytest.mark.parametrize(
    "query",
    [
        {"job_title": "astronaut", "location": "cairo"},
        {"job_title": "accountant", "location": "atlantis"},
        {"job_title": "accountant", "location": "cairo", "location_type": "COUNTRY"},
        {"job_title": "accountant", "location": "egypt", "location_type": "CITY"},
    ],
)
def test_what_is_not_in_the_table_is_an_empty_list(shop, query):
    answer = shop.ask("/estimated-salary", **query)
    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_a_company_is_told_without_publisher_and_parameters(shop):
    answer = shop.ask("/company-job-salary", company="Nilecode", job_title="nodejs developer", location="cairo").json()
    assert answer["data"] == [{**EXAMPLE, "company": "Nilecode"}]
    assert set(answer) == {"status", "request_id", "data"}


def test_a_company_without_a_place_is_told_for_its_country(shop):
    (found,) = shop.ask("/company-job-salary", company="gulf horizon labs", job_title="accountant").json()["data"]
    assert (found["location"], found["salary_currency"]) == ("Saudi Arabia", "SAR")


@pytest.mark.parametrize(("company", "data"), [("Nodata", ["3"]), ("nobody", [])])
def test_a_company_may_be_unknown(shop, company, data):
    assert shop.ask("/company-job-salary", company=company, job_title="accountant").json()["data"] == data


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/estimated-salary", {"job_title": "accountant"}),
        ("/estimated-salary", {"location": "cairo"}),
        ("/estimated-salary", {"job_title": "accountant", "location": "cairo", "location_type": "PLANET"}),
        ("/estimated-salary", {"job_title": "accountant", "location": "cairo", "years_of_experience": "3"}),
        ("/company-job-salary", {"company": "Nilecode"}),
        ("/company-job-salary", {"job_title": "accountant"}),
        ("/company-job-salary", {"company": "Nilecode", "job_title": "accountant", "location_type": "PLANET"}),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(shop, path, query):
    answer = shop.ask(path, **query)
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")
