"""The stand-ins for Jitsi's and Agora's scripts, in a platform's page of another origin, with the grants of the SDK."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import guarded

from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.video.agora import AgoraSettings
from ace_integrations.video.agora.provider import AgoraProvider
from ace_integrations.video.agora.sandbox import AgoraTwin
from ace_integrations.video.grant import JoinGrant, Person
from ace_integrations.video.jitsi import JitsiSettings
from ace_integrations.video.jitsi.provider import JitsiProvider
from ace_integrations.video.jitsi.sandbox import JitsiTwin
from ace_integrations.video.live_class import Role
from ace_integrations.video.provider import VideoProvider

TEACHER, LINA = Person(id="9", name="Teacher Nine"), Person(id="17", name="لينا")
PATIENCE_MS = 15_000
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<div id="place" style="height: 90vh"></div>
<script src="{script}"></script><script>const grant = {grant}; const told = []; {join}</script>"""
JITSI = """
const { domain, ...options } = grant.options;
const api = new JitsiMeetExternalAPI(domain, { ...options, parentNode: document.getElementById("place") });
for (const name of ["videoConferenceJoined", "participantJoined", "incomingMessage", "readyToClose"]) {
  api.on(name, () => told.push(name));
}"""
AGORA = """
const { app_id, channel, token, uid, role, mode, codec } = grant.options;
const client = AgoraRTC.createClient({ mode, codec });
for (const name of ["user-joined", "user-published", "user-left"]) client.on(name, () => told.push(name));
(async () => {
  await client.setClientRole(role);
  await client.join(app_id, channel, token, uid);
  told.push("joined");
  if (role !== "host") return;
  await client.publish(await AgoraRTC.createMicrophoneAndCameraTracks());
  told.push("published");
})();"""


class Platform:
    """Serves one page for each path, from an origin of its own."""

    def __init__(self) -> None:
        pages = self.pages = dict[str, str]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(pages[self.path].encode())

            def log_message(self, *told: object) -> None:
                del told

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, grant: JoinGrant, join: str) -> str:
        path = f"/{grant.role}"
        script, shown = str(grant.script_url), grant.for_page()
        self.pages[path] = PAGE.replace("{script}", script).replace("{grant}", shown).replace("{join}", join)
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.server.shutdown()
    platform.server.server_close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with start(twins=[JitsiTwin, AgoraTwin]) as sandbox:
        yield sandbox


def granted(provider: VideoProvider, person: Person, role: Role) -> JoinGrant:
    now = datetime.now(UTC)
    ends_at = now + timedelta(minutes=30)
    return provider.grant(session_id="42", person=person, role=role, now=now, ends_at=ends_at, language="ar")


def heard(page: Page, name: str) -> None:
    page.wait_for_function("name => told.includes(name)", arg=name, timeout=PATIENCE_MS)


@pytest.mark.parametrize("mode", ["selfhosted", "jaas"])
def test_two_meet_in_jitsis_room_talk_and_are_put_out_at_the_end(
    browser: Browser, platform: Platform, sandbox: RunningSandbox, mode: Any
) -> None:
    sandbox.control.reset()
    provider = JitsiProvider(JitsiSettings(mode=mode).in_sandbox(sandbox.url))
    with guarded(browser) as teacher, guarded(browser, viewport={"width": 390, "height": 800}) as student:
        teacher.goto(platform.url(granted(provider, TEACHER, Role.MODERATOR), JITSI))
        heard(teacher, "videoConferenceJoined")
        student.goto(platform.url(granted(provider, LINA, Role.PARTICIPANT), JITSI))
        heard(student, "videoConferenceJoined")
        heard(teacher, "participantJoined")
        room = student.frame_locator("iframe")
        assert room.locator(".moderator:visible").count() == 1
        assert room.locator("[data-moderator]:visible").count() == 0
        room.locator("#text").fill("مرحبا")
        room.locator("#say button").click()
        heard(teacher, "incomingMessage")
        teacher.evaluate("api.executeCommand('endConference')")
        heard(student, "readyToClose")


def test_two_meet_in_agoras_channel_and_see_each_other_go(
    browser: Browser, platform: Platform, sandbox: RunningSandbox
) -> None:
    provider = AgoraProvider(AgoraSettings().in_sandbox(sandbox.url))
    with guarded(browser) as student:
        student.goto(platform.url(granted(provider, LINA, Role.PARTICIPANT), AGORA))
        heard(student, "joined")
        with guarded(browser) as teacher:
            teacher.goto(platform.url(granted(provider, TEACHER, Role.MODERATOR), AGORA))
            heard(teacher, "published")
            heard(student, "user-published")
            teacher.evaluate("client.leave()")
            heard(student, "user-left")
