import pytest

from ace_integrations.mail import Address, Message
from ace_integrations.mail.notifications import SAMPLES, lint, render
from ace_integrations.mail.notifications.linting import contrast

SENDER = Address(email="no-reply@example.com", name="منصة")
GOOD = render(SAMPLES["welcome"], to=Address(email="a@example.com"), sender=SENDER)
ARABIC = '<p lang="ar" dir="rtl">مرحبًا بك في المنصة</p>'
ENGLISH = '<p lang="en" dir="ltr">Welcome to the platform</p>'


def rules(**changes):
    return {finding.rule for finding in lint(GOOD.model_copy(update=changes))}


def html(*parts):
    return rules(html="".join(parts))


def test_a_good_mail_has_no_findings():
    assert lint(GOOD) == []
    assert html(ARABIC, ENGLISH) == set()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"subject": "Welcome"}, "missing-language"),
        ({"subject": "أهلًا بك"}, "missing-language"),
        ({"subject": "أهلًا | " + "x" * 70}, "subject-length"),
        ({"text": None}, "no-text"),
        ({"text": "Welcome"}, "missing-language"),
        ({"text": "أهلًا\nhttps://app.example.com/"}, "missing-language"),
        ({"text": "مرحبًا Lina\n-----\nHello"}, "mixed-direction"),
        ({"text": "ابدأ من هنا https://app.example.com/\n-----\nHello"}, "mixed-direction"),
        ({"html": None}, "no-html"),
        ({"tags": ("job-posted",)}, "no-unsubscribe"),
    ],
)
def test_each_part_is_checked(changes, rule):
    assert rules(**changes) == {rule}


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ('<p lang="ar">مرحبًا</p>', "missing-direction"),
        ('<p dir="rtl">مرحبًا</p>', "missing-language"),
        ('<p lang="ar" dir="ltr">مرحبًا</p>', "missing-direction"),
        ('<p lang="ar" dir="rtl">مرحبًا Lina</p>', "mixed-direction"),
        ('<p lang="en" dir="ltr">Hello لينا</p>', "mixed-direction"),
        ('<p lang="ar" dir="rtl">مرحبًا <b>Lina</b></p>', "mixed-direction"),
        ('<p lang="ar" dir="rtl">مرحبًا<br>Lina</p>', "mixed-direction"),
        ('<p lang="en" dir="ltr" style="color: #999999">Hello</p>', "contrast"),
        ('<p lang="en" dir="ltr" style="color:#fff;background-color:#86a0f3">Hello</p>', "contrast"),
        ('<table bgcolor="#2f50c4"><tr><td lang="en" dir="ltr">Hello</td></tr></table>', "contrast"),
        ('<p lang="en" dir="ltr"><a href="/start">Start</a></p>', "link"),
        ('<p lang="en" dir="ltr"><a href="http://app.example.com/">Start</a></p>', "link"),
        ('<p lang="en" dir="ltr"><a href="javascript:x">Start</a></p>', "link"),
        ('<img src="https://app.example.com/a.png">', "no-alt"),
        ('<img src="/a.png" alt="">', "link"),
        ("<form></form>", "active-content"),
    ],
)
def test_one_bad_block_is_found(part, rule):
    assert rule in html(ARABIC, ENGLISH, part)


@pytest.mark.parametrize(
    "part",
    [
        '<p lang="ar" dir="rtl">مرحبًا <bdi>Lina</bdi></p>',
        '<p lang="ar" dir="rtl">مرحبًا <span dir="auto">Lina</span></p>',
        '<p lang="ar" dir="rtl">لديك 3 رسائل</p>',
        '<p lang="en" dir="ltr"><a href="mailto:help@example.com">Write</a></p>',
        '<p lang="en" dir="ltr"><a href="%recipient.stop%">Stop</a></p>',
        '<div style="display:none;color:#ffffff" lang="en" dir="ltr">Hello</div>',
        "<p>&nbsp;- 123</p>",
        '<p lang="en" dir="ltr" style="color: rebeccapurple">Hello</p>',
        "</p>",
    ],
)
def test_what_is_right_is_left_alone(part):
    assert html(ARABIC, ENGLISH, part) == set()


def test_marks_on_html_and_body_do_not_count_since_webmail_drops_them():
    found = html('<html lang="ar" dir="rtl"><body lang="ar" dir="rtl"><p>مرحبًا</p>', ENGLISH, "</body></html>")
    assert {"missing-language", "missing-direction"} <= found


@pytest.mark.parametrize(("part", "missing"), [(ARABIC, "English"), (ENGLISH, "Arabic")])
def test_a_mail_in_one_language_fails(part, missing):
    findings = lint(GOOD.model_copy(update={"html": part}))
    assert [finding.message for finding in findings] == [f"no block is marked as {missing}"]


def test_a_page_that_webmail_would_cut_fails():
    assert html(ARABIC, ENGLISH, f"<!-- {'x' * 70_000} -->") == {"size"}


@pytest.mark.parametrize(
    ("color", "ground", "ratio"), [("#000000", "#ffffff", 21.0), ("#fff", "#ffffff", 1.0), ("red", "#fff", None)]
)
def test_contrast_is_that_of_the_web_guidelines(color, ground, ratio):
    assert contrast(color, ground) == ratio


def test_a_finding_says_where_without_quoting_a_whole_mail():
    message = Message(sender=SENDER, to=(SENDER,), subject="أ | a", text="أ\na", html=f"<p>{'word ' * 100}</p>")
    assert all(len(finding.where) < 80 for finding in lint(message))
