"""The pages of the live services' twins: for everybody, light and dark, wide and narrow, and by keyboard."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.conftest import Audit, Shot, guarded

from ace_integrations import Ace, Settings
from ace_integrations.realtime import course
from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.video.agora import AgoraSettings
from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.grant import JoinGrant, Person
from ace_integrations.video.jitsi import JitsiSettings
from ace_integrations.video.jitsi.provider import JitsiProvider
from ace_integrations.video.jitsi.sandbox.rooms import Entry, Terms
from ace_integrations.video.live_class import Role

TEACHER, LINA = Person(id="9", name="Teacher Nine"), Person(id="17", name="لينا")
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1280)]
FOCUSABLE = "a[href], button, input:not([type=hidden]), summary, select, textarea, [tabindex='0'], iframe"


class Sandbox:
    """A sandbox with a class under way at each of the three."""

    def __init__(self, running: RunningSandbox) -> None:
        self.url, self.control = running.url, running.control
        self.control.reset()
        self.jitsi = JitsiProvider(JitsiSettings().in_sandbox(running.url))

    def grant(self, person: Person, role: Role) -> JoinGrant:
        now = datetime.now(UTC)
        ends_at = now + timedelta(minutes=30)
        return self.jitsi.grant(session_id="42", person=person, role=role, now=now, ends_at=ends_at)

    def room(self, grant: JoinGrant, *, lang: str = "en", told: str = "") -> str:
        """Give the address of Jitsi's room, as the script gives it to its frame."""
        return f"{self.url}/jitsi/rooms/{grant.room}?jwt={grant.options['jwt']}&lang={lang}#x=0{told}"

    def fill(self) -> None:
        room = self.jitsi.room("42")
        for name, moderator in (("Teacher Nine", True), ("لينا", False)):
            self.control.post(f"jitsi/rooms/{room}/enter", name=name, moderator=moderator)
        settings = AgoraSettings().in_sandbox(self.url)
        issuer = TokenIssuer(str(settings.app_id), settings.certificates[0])
        for uid, role in ((9, "host"), (17, "audience")):
            token = issuer.rtc(channel="edv-42", uid=uid, role=RtcRole.PUBLISHER, ttl_s=600)
            given = {"appid": settings.app_id, "channel": "edv-42", "token": token, "uid": uid, "mode": "live"}
            httpx.post(f"{self.url}/agora/sandbox/join", json={**given, "role": role}, trust_env=False)
        with Ace(Settings(sandbox_url=self.url)) as ace:
            ace.realtime.publish(channels=[course("42")], name="told", data={"title": "دورة"})


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start() as running:
        yield running


@pytest.fixture
def sandbox(running: RunningSandbox) -> Sandbox:
    return Sandbox(running)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def unreached(page: Page) -> list[str]:
    """Go through a page with the Tab key; give what can be used but was not reached."""
    visible = f'[...document.querySelectorAll("{FOCUSABLE}")].filter(one => one.checkVisibility())'
    count: int = page.evaluate(f"(window.usable = {visible}).length")
    page.evaluate("document.body.focus(); window.reached = new Set()")
    for _ in range(count + 2):
        page.keyboard.press("Tab")
        page.evaluate("reached.add(document.activeElement)")
    left: list[str] = page.evaluate("usable.filter(one => !reached.has(one)).map(one => one.outerHTML.slice(0, 200))")
    return left


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_consoles_pages(
    browser: Browser, sandbox: Sandbox, audit: Audit, shot: Shot, scheme: Any, width: int
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with guarded(browser, **options) as page:
        # A page that is drawn anew meanwhile has other buttons than those that were counted.
        page.route("**/static/live.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        for state, items in (("empty", {"pusher": "", "jitsi": "", "agora": ""}), ("filled", None)):
            if items is None:
                sandbox.fill()
                items = {"pusher": "course.42", "jitsi": sandbox.jitsi.room("42"), "agora": "edv-42"}
            for name, item in items.items():
                page.goto(f"{sandbox.url}/console/{name}{f'?item={quote(item)}' if item else ''}")
                audit(page)
                shot(page, f"live-console-{name}-{state}-{scheme}-{width}")
                assert fits(page)
        assert unreached(page) == []


@pytest.mark.parametrize(
    ("name", "button", "left"),
    [
        ("jitsi", "Put out لينا", "1 in the room"),
        ("jitsi", "End for all", "No room is open"),
        ("agora", "Put out 17", "1 in the channel"),
        ("agora", "Cut off 9", "1 in the channel"),
        ("agora", "End the token of 9", "1 in the channel"),
        ("pusher", "Forbid client events", ""),
        ("pusher", "Let all reconnect at once", ""),
    ],
)
def test_the_consoles_buttons_do_what_they_say(
    browser: Browser, sandbox: Sandbox, name: str, button: str, left: str
) -> None:
    sandbox.control.post("pusher/switches", client_events=True)
    sandbox.fill()
    with guarded(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{sandbox.url}/console/{name}")
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        assert page.url.startswith(f"{sandbox.url}/console/{name}")
        expect(page.locator("#list")).to_contain_text(left)


def joined(page: Page, address: str) -> None:
    """Come into Jitsi's room by keyboard alone."""
    page.goto(address)
    page.locator("#name").focus()
    page.keyboard.type("Somebody")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=inside]")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_jitsis_room(
    browser: Browser, sandbox: Sandbox, audit: Audit, shot: Shot, scheme: Any, width: int, lang: str
) -> None:
    sandbox.fill()
    look = f"{lang}-{scheme}-{width}"
    teacher, stranger = sandbox.grant(TEACHER, Role.MODERATOR), sandbox.grant(LINA, Role.PARTICIPANT)
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with guarded(browser, **options) as page:
        page.goto(sandbox.room(teacher, lang=lang))
        expect(page.locator("#name")).to_be_visible()
        audit(page)
        shot(page, f"live-jitsi-prejoin-{look}")
        joined(page, sandbox.room(teacher, lang=lang))
        page.locator("#text").fill("مرحبا بكم، hello")
        page.keyboard.press("Enter")
        expect(page.locator("#chat li")).to_have_count(1)
        press(page, page.locator("[data-do=toggleRaiseHand]"))
        expect(page.locator(".hand:visible")).to_have_count(1)
        audit(page)
        shot(page, f"live-jitsi-inside-{look}")
        assert (fits(page), unreached(page)) == (True, [])
        press(page, page.locator("[data-do=hangup]"))
        expect(page.locator("[data-state=over]")).to_be_visible()
        audit(page)
        shot(page, f"live-jitsi-over-{look}")
        sandbox.control.post("jitsi/switches", name="wait_for_host", value=True)
        sandbox.control.post(f"jitsi/rooms/{teacher.room}/end")
        page.goto("about:blank")
        page.goto(sandbox.room(stranger, lang=lang, told="&config.prejoinConfig.enabled=false"))
        expect(page.locator("[data-state=waiting]")).to_be_visible()
        audit(page)
        shot(page, f"live-jitsi-waiting-{look}")


def press(page: Page, button: Locator) -> None:
    button.focus()
    page.keyboard.press("Enter")


def test_in_jitsis_room_the_focus_stays_where_it_was_while_others_come(browser: Browser, sandbox: Sandbox) -> None:
    teacher = sandbox.grant(TEACHER, Role.MODERATOR)
    with guarded(browser) as page:
        joined(page, sandbox.room(teacher))
        assert page.evaluate("document.activeElement.id") == "main"
        sandbox.fill()
        button = page.get_by_role("button", name="Put out لينا")
        button.focus()
        sandbox.control.post(f"jitsi/rooms/{teacher.room}/enter", name="Omar")
        expect(page.get_by_text("Omar")).to_be_visible()
        expect(button).to_be_focused()


def test_a_moderator_lets_in_who_knocks_by_keyboard(
    browser: Browser, sandbox: Sandbox, running: RunningSandbox, audit: Audit, shot: Shot
) -> None:
    teacher, lina = sandbox.grant(TEACHER, Role.MODERATOR), sandbox.grant(LINA, Role.PARTICIPANT)
    with guarded(browser) as page, guarded(browser) as other:
        joined(page, sandbox.room(teacher))
        assert running.sandbox is not None
        twin: Any = running.sandbox.twins["jitsi"]
        twin.rooms.guard(teacher.room, has_lobby=True)
        other.goto(sandbox.room(lina, told="&config.prejoinConfig.enabled=false"))
        expect(other.locator("[data-state=waiting]")).to_be_visible()
        button = page.get_by_role("button", name="Let in لينا")
        expect(button).to_be_visible()
        audit(page)
        shot(page, "live-jitsi-knocking")
        press(page, button)
        expect(other.locator("[data-state=inside]")).to_be_visible()
        expect(page.locator("#waiting li")).to_have_count(0)


def test_jitsis_room_asks_for_its_password(
    browser: Browser, sandbox: Sandbox, running: RunningSandbox, audit: Audit
) -> None:
    grant = sandbox.grant(LINA, Role.PARTICIPANT)
    assert running.sandbox is not None
    twin: Any = running.sandbox.twins["jitsi"]
    twin.rooms.enter(grant.room, Entry(name="Teacher Nine", is_moderator=True), terms=Terms(password="sesame"))
    with guarded(browser) as page:
        page.goto(sandbox.room(grant, told="&config.prejoinConfig.enabled=false"))
        expect(page.locator("#unlock")).to_be_visible()
        audit(page)
        page.locator("#password").fill("sesame")
        page.keyboard.press("Enter")
        expect(page.locator("[data-state=inside]")).to_be_visible()


def test_jitsis_room_counts_by_the_sandboxes_clock_and_shows_the_rights(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.control.advance(86_400)
    grant = sandbox.jitsi.grant(
        session_id="42",
        person=TEACHER,
        role=Role.MODERATOR,
        now=datetime.fromtimestamp(sandbox.control.now(), UTC),
        ends_at=datetime.fromtimestamp(sandbox.control.now() + 3600, UTC),
    )
    with guarded(browser) as page:
        joined(page, sandbox.room(grant))
        expect(page.locator("#left")).to_have_text(re.compile(r"^(59\d|600)$"))
        expect(page.locator("#rights")).to_have_text("recording, screen-sharing")


def test_a_refusal_in_jitsis_room_says_why(browser: Browser, sandbox: Sandbox, audit: Audit) -> None:
    grant = sandbox.grant(LINA, Role.PARTICIPANT)
    with guarded(browser) as page:
        page.goto(sandbox.room(grant).replace(grant.room, "edv-43-000000000000", 1))
        page.locator("#enter button").click()
        expect(page.locator("#problem")).to_contain_text("room-mismatch")
        audit(page)


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_agoras_channel(
    browser: Browser, sandbox: Sandbox, audit: Audit, shot: Shot, scheme: Any, width: int, lang: str
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    address = f"{sandbox.url}/agora/sandbox/rooms/edv-42?lang={lang}"
    with guarded(browser, **options) as page:
        page.goto(address)
        audit(page)
        sandbox.fill()
        page.goto(address)
        audit(page)
        shot(page, f"live-agora-channel-{lang}-{scheme}-{width}")
        assert (fits(page), unreached(page)) == (True, [])
        press(page, page.locator("button[value=kick]").first)
        expect(page.locator(".tile")).to_have_count(1)
        assert page.url == address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_agoras_door(browser: Browser, sandbox: Sandbox, audit: Audit, scheme: Any) -> None:
    with guarded(browser, color_scheme=scheme) as page:
        page.goto(f"{sandbox.url}/agora/door")
        audit(page)
