import dataclasses
import sys
from html.parser import HTMLParser

import pytest

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import Address, PerRecipient, Recipient
from ace_integrations.mail.batch import split
from ace_integrations.mail.notifications import (
    SAMPLES,
    ApplicationStatus,
    ApplicationStatusUpdated,
    NewJobApplication,
    NewJobPosted,
    TeacherRejected,
    WelcomeNotification,
    lint,
    render,
    render_batch,
    rendering,
)
from ace_integrations.mail.notifications.rendering import visible
from ace_integrations.mail.text import has_arabic, has_latin

TO = Address(email="learner@example.com")
SENDER = Address(email="no-reply@example.com", name="منصة Example")
TAGS = {"welcome", "teacher-approved", "teacher-rejected", "job-application", "application-status", "job-posted"}


def rendered(notification, **fields):
    return render(notification, to=TO, sender=SENDER, **fields)


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(params=sorted(SAMPLES))
def sample(request):
    return SAMPLES[request.param]


def test_there_are_six_kinds_each_with_its_fixed_tag():
    assert set(SAMPLES) == TAGS
    assert all(rendered(sample).tags == (tag,) for tag, sample in SAMPLES.items())


def test_every_kind_is_bilingual_and_passes_the_lint(sample):
    message = rendered(sample)
    assert lint(message) == []
    for part in (message.subject, message.text, message.html):
        assert has_arabic(part)
        assert has_latin(part)


def test_every_kind_says_all_of_it_in_both_languages(sample):
    arabic, english = sample.arabic(), sample.english()
    for field in dataclasses.fields(arabic):
        assert bool(getattr(arabic, field.name)) == bool(getattr(english, field.name)), field.name
    assert len(arabic.paragraphs) == len(english.paragraphs)
    assert len(arabic.steps) == len(english.steps)
    assert len(arabic.facts) == len(english.facts)
    assert len(f"{arabic.preheader} {english.preheader}") <= 90


def test_arabic_comes_first_right_to_left_then_english(sample):
    message = rendered(sample)
    blocks = [given for tag, given in Elements(message.html).found if tag == "td" and "block" in given.get("class", "")]
    assert [(block["lang"], block["dir"], block["align"]) for block in blocks] == [
        ("ar", "rtl", "right"),
        ("en", "ltr", "left"),
    ]
    assert all("direction:" in block["style"].replace(" ", "") for block in blocks)
    first, _, second = message.text.partition("-----")
    assert has_arabic(first.splitlines()[0])
    assert has_latin(second.strip().splitlines()[0])


def test_the_action_is_a_button_in_both_languages_with_its_address_beneath():
    message = rendered(SAMPLES["welcome"])
    assert message.html.count('href="https://app.example.com/start"') == 4
    assert "فتح دليل البدء" in message.html
    assert "Open the getting-started guide" in message.html
    assert "\nhttps://app.example.com/start\n" in message.text


def test_dark_colours_survive_and_nothing_is_loaded(sample):
    html = rendered(sample).html
    assert "prefers-color-scheme" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert not [tag for tag, _ in Elements(html).found if tag in ("img", "link", "script", "iframe", "form")]


def test_values_are_escaped_and_isolated():
    message = rendered(WelcomeNotification(name='<script>"Lina"</script>', start_url="https://app.example.com/"))
    assert "<script>" not in message.html
    assert '<span dir="auto"><bdi>&lt;script&gt;' in message.html.replace("&quot;", '"').replace("&#x27;", "'")
    assert '\u2068<script>"Lina"</script>\u2069' in message.text


def test_direction_controls_line_breaks_and_places_in_a_value_do_no_harm():
    name = "Li\u202ena\r\nBcc: x@example.com %recipient.token%"
    message = rendered(WelcomeNotification(name=name, start_url="https://app.example.com/"))
    assert "\u202e" not in message.html + message.text
    assert "%recipient.token%" not in message.html + message.text
    assert "Lina Bcc: x@example.com" in message.text


@pytest.mark.parametrize("reason", [None, ""])
def test_without_a_reason_there_is_no_empty_block(reason):
    message = rendered(TeacherRejected(name="Lina", reason=reason))
    assert "السبب" not in message.text
    assert "Reason" not in message.html
    assert 'class="value' not in message.html


def test_with_a_reason_both_languages_show_it():
    message = rendered(TeacherRejected(name="Lina", reason="PDF missing", next_url="https://app.example.com/again"))
    assert message.text.count("\u2068PDF missing\u2069") == 2
    assert "Review your application" in message.html


@pytest.mark.parametrize("status", ApplicationStatus)
def test_a_status_is_said_in_both_languages(status):
    notification = ApplicationStatusUpdated(
        name="لينا", job="Developer", company="Example", status=status, url="https://app.example.com/a/1"
    )
    message = rendered(notification)
    assert status.arabic in message.text
    assert status.english in message.text
    assert lint(message) == []


@pytest.mark.parametrize("job", ["x", "Junior Python developer " * 20, "مهندس برمجيات أول " * 20, "مهندس Python"])
def test_the_subject_is_seen_whole_whatever_the_title(job):
    for notification in (
        NewJobPosted(
            name="Lina",
            job=job,
            company="Example",
            apply_url="https://app.example.com/",
            unsubscribe_url="https://app.example.com/u/1",
        ),
        NewJobApplication(
            company="Example",
            applicant="Lina",
            job=job,
            resume_url="https://app.example.com/r",
            review_url="https://app.example.com/a",
        ),
    ):
        message = rendered(notification)
        assert len(visible(message.subject)) <= 70
        assert " | " in message.subject
        assert lint(message) == []


def test_mail_to_many_can_be_stopped_by_one_click():
    message = rendered(SAMPLES["job-posted"])
    assert message.headers == {
        "List-Unsubscribe": "<https://app.example.com/unsubscribe/sample-token>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert rendered(SAMPLES["welcome"]).headers == {}


def test_a_batch_takes_each_readers_own_values():
    notification = NewJobPosted(
        name=PerRecipient("name"),
        job="محلل بيانات",
        company="Example",
        apply_url="https://app.example.com/jobs/42",
        unsubscribe_url=PerRecipient("stop"),
    )
    reader = Recipient(
        email="a@example.com", variables={"name": "Lina & co", "stop": "https://app.example.com/u/1?a=1&b=2"}
    )
    batch = render_batch(notification, recipients=[reader], sender=SENDER, mail_id="jobs-42")
    assert lint(batch) == []
    copy = batch.copy_for(Recipient(email="a@example.com", variables=reader.variables))
    assert "Lina &amp; co" in copy.html
    assert 'href="https://app.example.com/u/1?a=1&amp;b=2"' in copy.html
    assert copy.headers["List-Unsubscribe"] == "<https://app.example.com/u/1?a=1&b=2>"
    assert split(batch)[0][0].variables["a@example.com"].keys() == {"name", "stop"}


@pytest.mark.parametrize(
    "url",
    ["", "/start", "app.example.com", "http://app.example.com/", "javascript:alert(1)", "https://", "https://a b/",
     "https://user@app.example.com/", "https://app.example.com/\nx"],
)  # fmt: skip
def test_an_address_that_is_not_absolute_and_https_is_refused(url):
    with pytest.raises(InvalidInputError, match="https://"):
        rendered(WelcomeNotification(name="Lina", start_url=url))


def test_on_a_developers_machine_plain_http_is_let_through_with_a_warning():
    message = rendered(WelcomeNotification(name="Lina", start_url="http://127.0.0.1:8000/start"))
    assert {(finding.rule, finding.level) for finding in lint(message)} == {("link", "warning")}


def test_an_empty_value_is_refused():
    with pytest.raises(InvalidInputError, match="name"):
        rendered(WelcomeNotification(name=" \u200f", start_url="https://app.example.com/"))


def test_a_mail_is_far_from_being_cut(sample):
    assert len(rendered(sample).html.encode()) < 20_000


@pytest.mark.parametrize("library", ["jinja2", "css_inline"])
def test_without_the_extra_the_error_names_it(monkeypatch, library):
    rendering._environment.cache_clear()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=r"ace-integrations\[notifications\]"):
        rendered(SAMPLES["welcome"])
    rendering._environment.cache_clear()


def test_the_mail_id_and_the_reply_address_are_the_callers():
    reply_to = Address(email="help@example.com")
    message = rendered(SAMPLES["welcome"], mail_id="welcome-17", reply_to=reply_to)
    assert (message.mail_id, message.reply_to) == ("welcome-17", reply_to)
