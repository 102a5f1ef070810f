"""The twin's webhooks at the platform's door: signed by one side, read by the other, in neutral words."""

import pytest
from pydantic import SecretStr
from tests.unit.realtime.pusher_twin.test_webhooks import Receiver

from ace_integrations import Ace, Settings
from ace_integrations.realtime import ChannelOccupied, ChannelsChanged, ClientSaid, MemberJoined, MemberLeft
from ace_integrations.realtime.pusher import PusherSettings

ROOM = "presence-session.42"
SARA = {"user_id": "9", "user_info": {"name": "سارة"}}


@pytest.fixture
def posted(browsers):
    """Take what the twin posts, one event in each."""
    receiver = Receiver()
    browsers.control.send_webhooks_to(pusher=f"http://127.0.0.1:{receiver.server.server_port}/hook")
    browsers.switch(batch_webhooks=False)
    yield receiver
    browsers.control.send_webhooks_to(pusher="http://127.0.0.1:9/")
    receiver.close()


def received(ace, posted):
    """Hand all that was posted to the receiver; give what the platform was told, and the statuses."""
    changes = []
    ace.webhooks.on(ChannelsChanged)(lambda event, _: changes.extend(event.meaning.changes))
    return changes, [ace.webhooks.receive("pusher", headers, body).status for headers, body in posted.seen]


def test_who_comes_and_goes_is_told_in_neutral_words(ace, browsers, posted):
    socket = browsers.connect()
    socket.subscribe(ROOM, SARA)
    posted.wait(2)
    socket.say("pusher:unsubscribe", {"channel": ROOM})
    assert socket.is_quiet()
    browsers.control.advance(4)
    posted.wait(2)
    changes, statuses = received(ace, posted)
    assert statuses == [200] * 4
    assert {ChannelOccupied(ROOM), MemberJoined(ROOM, "9"), MemberLeft(ROOM, "9")} <= set(changes)


def test_what_a_browser_says_arrives_as_it_was_written(ace, browsers, posted):
    browsers.switch(client_events=True)
    socket = browsers.connect()
    socket.subscribe(ROOM, SARA)
    socket.say("client-typing", '{"name":"سارة"}', channel=ROOM)
    posted.wait(3)
    changes, _ = received(ace, posted)
    assert ClientSaid(ROOM, "client-typing", '{"name":"سارة"}', socket.id, "9") in changes


def test_a_delivery_that_comes_twice_is_handled_once_and_one_of_another_time_refused(ace, browsers, posted):
    browsers.connect().subscribe("course.42")
    posted.wait()
    browsers.use("webhooks/repeat")
    browsers.use("webhooks/repeat", age_s=700)
    posted.wait(2)
    changes, statuses = received(ace, posted)
    assert (changes, statuses) == ([ChannelOccupied("course.42")], [200, 200, 400])


def test_during_a_rotation_both_tokens_are_accepted(browsers, posted):
    first = browsers.state()["keys"][0]
    second = browsers.use("tokens/add")
    browsers.connect().subscribe("course.42")
    posted.wait()
    browsers.use("tokens/revoke", key=first)
    browsers.use("webhooks/repeat")
    posted.wait()
    assert [headers["x-pusher-key"] for headers, _ in posted.seen] == [first, second["key"]]
    placed = PusherSettings().in_sandbox(browsers.sandbox.url)
    rotated = placed.model_copy(
        update={
            "key": second["key"],
            "secret": SecretStr(second["secret"]),
            "previous_tokens": (SecretStr(f"{placed.key}:{placed.secret.get_secret_value()}"),),
        }
    )
    with Ace(Settings(providers=(rotated,)), clock=browsers.control.now) as ace:
        assert received(ace, posted)[1] == [200, 200]
    forgetful = rotated.model_copy(update={"previous_tokens": ()})
    with Ace(Settings(providers=(forgetful,)), clock=browsers.control.now) as ace:
        assert received(ace, posted)[1] == [400, 200]
