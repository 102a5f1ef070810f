"""What a connected client says, and what it hears back."""

import json

import pytest
from tests.pusher_peer import KEY, Peer, compact, digest

SARA = {"user_id": "9", "user_info": {"name": "سارة", "role": "student"}}
OMAR = {"user_id": "10", "user_info": {"name": "Omar"}}
ROOM = "presence-session.42"
SUCCEEDED = "pusher_internal:subscription_succeeded"


def test_a_ping_is_answered(peer: Peer):
    socket = peer.connect()
    socket.say("pusher:ping")
    assert socket.next() == {"event": "pusher:pong", "data": "{}"}


def test_a_pong_is_heard_in_silence(peer: Peer):
    socket = peer.connect()
    socket.say("pusher:pong")
    assert socket.is_quiet()


@pytest.mark.parametrize("channel", ["course.42", "private-user.9", "private-encrypted-session.42"])
def test_a_subscription_succeeds(peer: Peer, channel: str):
    socket = peer.connect()
    socket.ask_for(channel)
    assert socket.next() == {"event": SUCCEEDED, "channel": channel, "data": "{}"}
    assert peer.state()["channels"] == {channel: 1}


def test_a_second_subscription_is_refused_and_the_first_stays(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    socket.ask_for("course.42")
    assert socket.refused() == {"code": None, "message": "Existing subscription to channel course.42"}
    peer.trigger("course.42")
    assert socket.hear("job.posted")["channel"] == "course.42"


@pytest.mark.parametrize("channel", ["", "a b", "a/b", "a:b", "دورة", "a" * 165, "#else", "#server-to-user-", 7, None])
def test_a_name_that_no_channel_has_is_refused(peer: Peer, channel: object):
    socket = peer.connect()
    socket.say("pusher:subscribe", {"auth": "", "channel": channel})
    error = socket.refused()
    assert (error["code"], error["message"][:20]) == (None, "Invalid channel name")


def test_a_name_may_be_164_characters_long(peer: Peer):
    assert peer.connect().subscribe("a" * 164) == {}


@pytest.mark.parametrize("channel", ["private-user.9", "private-encrypted-a", ROOM])
@pytest.mark.parametrize("signature", ["0" * 64, "", "é"])
def test_a_bad_signature_is_refused_and_the_connection_stays(peer: Peer, channel: str, signature: str):
    socket = peer.connect()
    socket.say("pusher:subscribe", {"auth": f"{KEY}:{signature}", "channel": channel})
    expected = f"Expected HMAC SHA256 hex digest of {socket.id}:{channel}, but got {signature}"
    assert socket.refused() == {"code": None, "message": f"Invalid signature: {expected}"}
    assert socket.is_quiet()


def test_the_signature_of_another_channel_or_connection_is_refused(peer: Peer):
    socket, other = peer.connect(), peer.connect()
    socket.say("pusher:subscribe", {**socket.auth("private-user.10"), "channel": "private-user.9"})
    socket.say("pusher:subscribe", other.auth("private-user.9"))
    assert [socket.refused()["message"][:17] for _ in range(2)] == ["Invalid signature"] * 2


@pytest.mark.parametrize("auth", ["other:abc", "", "abc", 7, None])
def test_a_key_of_no_app_is_refused(peer: Peer, auth: object):
    socket = peer.connect()
    socket.say("pusher:subscribe", {"auth": auth, "channel": "private-user.9"})
    key = auth.partition(":")[0] if isinstance(auth, str) else ""
    assert socket.refused()["message"] == f"Invalid key in subscription auth data: '{key}'"


# Presence.


def test_a_member_sees_who_is_there_itself_included(peer: Peer):
    peer.connect().subscribe(ROOM, SARA)
    room = peer.connect().subscribe(ROOM, OMAR)["presence"]
    assert room == {"count": 2, "ids": ["9", "10"], "hash": {"9": SARA["user_info"], "10": OMAR["user_info"]}}


def test_a_user_with_two_connections_comes_and_goes_once(peer: Peer):
    sara, first, second = peer.connect(), peer.connect(), peer.connect()
    sara.subscribe(ROOM, SARA)
    first.subscribe(ROOM, OMAR)
    assert sara.hear("pusher_internal:member_added") == {
        "event": "pusher_internal:member_added",
        "channel": ROOM,
        "data": compact(OMAR),
    }
    second.subscribe(ROOM, {"user_id": "10", "user_info": {"name": "Omar again"}})
    assert sara.is_quiet()
    first.connection.close()
    assert sara.is_quiet()
    second.say("pusher:unsubscribe", {"channel": ROOM})
    assert sara.told("pusher_internal:member_removed") == {"user_id": "10"}
    assert peer.get(f"/channels/{ROOM}/users").json() == {"users": [{"id": "9"}]}


def test_what_the_first_connection_says_of_a_user_counts(peer: Peer):
    peer.connect().subscribe(ROOM, OMAR)
    room = peer.connect().subscribe(ROOM, {"user_id": "10", "user_info": {"name": "Omar again"}})
    assert room["presence"]["hash"] == {"10": {"name": "Omar"}}


def test_a_number_as_user_id_becomes_text(peer: Peer):
    assert peer.connect().subscribe(ROOM, {"user_id": 10})["presence"] == {
        "count": 1,
        "ids": ["10"],
        "hash": {"10": None},
    }


@pytest.mark.parametrize(
    "member",
    [
        "{}",
        "[]",
        "no json",
        '{"user_id":""}',
        '{"user_id":true}',
        compact({"user_id": "a" * 129}),
        compact({"user_id": "9", "user_info": "a" * 1023}),
    ],
)
def test_a_member_that_cannot_be_is_refused(peer: Peer, member: str):
    socket = peer.connect()
    socket.say("pusher:subscribe", socket.auth(ROOM, member))
    assert socket.refused()["code"] is None
    assert peer.state()["channels"] == {}


def test_members_are_needed_where_nobody_signed_in(peer: Peer):
    socket = peer.connect()
    socket.say("pusher:subscribe", socket.auth(ROOM))
    assert "user_id" in socket.refused()["message"]


def test_who_signed_in_is_a_member_without_saying_so(peer: Peer):
    socket = peer.connect()
    socket.sign_in("9", user_info={"name": "Sara"})
    assert socket.subscribe(ROOM)["presence"]["hash"] == {"9": {"name": "Sara"}}


def test_the_hundred_and_first_member_is_refused_but_not_a_second_connection(peer: Peer):
    for number in range(100):
        peer.connect().subscribe(ROOM, {"user_id": str(number)})
    late = peer.connect()
    late.ask_for(ROOM, {"user_id": "late"})
    assert "100 members" in late.refused()["message"]
    assert peer.connect().subscribe(ROOM, {"user_id": "7"})["presence"]["count"] == 100


# Caches.


@pytest.mark.parametrize(
    "channel", ["cache-x", "private-cache-x", "private-encrypted-cache-x", "presence-cache-x"], ids=str
)
def test_the_last_event_waits_for_those_who_come_later(peer: Peer, channel: str):
    member = SARA if channel.startswith("presence-") else None
    early = peer.connect()
    early.subscribe(channel, member)
    assert early.next() == {"event": "pusher:cache_miss", "channel": channel, "data": "{}"}
    peer.trigger(channel, data='"old"')
    peer.trigger(channel, data='"new"')
    late = peer.connect()
    late.subscribe(channel, member)
    assert late.next() == {"event": "job.posted", "channel": channel, "data": '"new"'}


def test_a_kept_event_grows_too_old_and_outlives_its_readers(peer: Peer):
    peer.trigger("cache-x", data='"kept"')
    peer.control.advance(1790)
    assert peer.get("/channels/cache-x", info="cache").json()["cache"] == pytest.approx(
        {"data": '"kept"', "ttl": 10}, abs=2
    )
    peer.control.advance(20)
    late = peer.connect()
    late.subscribe("cache-x")
    assert late.hear("pusher:cache_miss")["channel"] == "cache-x"


# Users.


def test_a_channel_of_one_user_is_that_users_alone(peer: Peer):
    sara, omar = peer.connect(), peer.connect()
    omar.ask_for("#server-to-user-9")
    assert omar.refused()["code"] == 4009
    omar.sign_in("10")
    omar.ask_for("#server-to-user-9")
    assert omar.refused()["code"] == 4009
    sara.sign_in("9")
    assert sara.subscribe("#server-to-user-9") == {}
    peer.trigger("#server-to-user-9", name="note", data='"for you"')
    assert sara.next() == {"event": "note", "channel": "#server-to-user-9", "data": '"for you"'}
    assert omar.is_quiet()


def test_a_user_signs_in_again_but_not_as_another(peer: Peer):
    socket = peer.connect()
    socket.sign_in("9")
    socket.sign_in("9")
    socket.ask_to_sign_in({"id": "10"})
    assert socket.refused()["code"] == 4009


@pytest.mark.parametrize("user", [{"id": 9}, {"id": ""}, {}, {"id": "9", "watchlist": "10"}])
def test_a_user_that_cannot_be_is_refused(peer: Peer, user: dict[str, object]):
    socket = peer.connect()
    socket.ask_to_sign_in(user)
    assert socket.refused()["code"] == 4009


@pytest.mark.parametrize("auth", [f"{KEY}:{'0' * 64}", "other:0", None])
def test_a_sign_in_with_a_bad_signature_is_refused(peer: Peer, auth: object):
    socket = peer.connect()
    socket.say("pusher:signin", {"auth": auth, "user_data": '{"id":"9"}'})
    assert socket.refused()["code"] == 4009
    assert peer.state()["users"] == 0


def test_a_watchlist_tells_who_comes_and_goes(peer: Peer):
    peer.switch(watchlists=True)
    sara, omar = peer.connect(), peer.connect()
    sara.sign_in("9")
    omar.sign_in("10", watchlist=["9", "11"])
    online, offline = {"name": "online", "user_ids": ["9"]}, {"name": "offline", "user_ids": ["11"]}
    assert omar.told("pusher_internal:watchlist_events") == {"events": [online, offline]}
    second = peer.connect()
    second.sign_in("9")
    sara.connection.close()
    assert omar.is_quiet()
    second.connection.close()
    assert omar.told("pusher_internal:watchlist_events") == {"events": [{"name": "offline", "user_ids": ["9"]}]}
    peer.connect().sign_in("9")
    assert omar.told("pusher_internal:watchlist_events") == {"events": [online]}


def test_a_watchlist_is_cut_at_a_hundred(peer: Peer):
    peer.switch(watchlists=True)
    socket = peer.connect()
    socket.sign_in("9", watchlist=[str(number) for number in range(100, 201)])
    assert socket.refused()["code"] == 4302
    (event,) = socket.told("pusher_internal:watchlist_events")["events"]
    assert (event["name"], len(event["user_ids"]), event["user_ids"][-1]) == ("offline", 100, "199")


# Events of clients.


@pytest.mark.parametrize("data", [{"x": 1}, '{"x":1}', "text", [1], 5])
def test_an_event_of_a_client_reaches_the_others_as_it_was_sent(peer: Peer, data: object):
    peer.switch(client_events=True)
    sara, omar = peer.connect(), peer.connect()
    for socket in (sara, omar):
        socket.subscribe("private-user.9")
    omar.say("client-typing", data, channel="private-user.9")
    assert sara.next() == {"event": "client-typing", "channel": "private-user.9", "data": data}
    assert omar.is_quiet()


def test_on_a_presence_channel_an_event_says_who_sent_it(peer: Peer):
    peer.switch(client_events=True)
    sara, omar = peer.connect(), peer.connect()
    sara.subscribe(ROOM, SARA)
    omar.subscribe(ROOM, OMAR)
    sara.hear("pusher_internal:member_added")
    omar.say("client-typing", {"x": 1}, channel=ROOM)
    assert sara.next() == {"event": "client-typing", "channel": ROOM, "data": {"x": 1}, "user_id": "10"}


def test_events_of_clients_are_off_until_switched_on(peer: Peer):
    socket = peer.connect()
    socket.subscribe("private-user.9")
    socket.say("client-typing", {}, channel="private-user.9")
    assert socket.refused() == {
        "code": None,
        "message": "To send client events, you must enable this feature in the Settings page of your dashboard.",
    }


@pytest.mark.parametrize("channel", ["course.42", "private-encrypted-a", "private-other", "cache-x"])
def test_events_of_clients_go_to_private_channels_that_they_are_on(peer: Peer, channel: str):
    peer.switch(client_events=True)
    socket = peer.connect()
    for mine in ("course.42", "private-encrypted-a"):
        socket.subscribe(mine)
    socket.say("client-typing", {}, channel=channel)
    assert channel in socket.refused()["message"]


def test_an_event_of_a_client_is_10240_bytes_at_most(peer: Peer):
    peer.switch(client_events=True)
    socket = peer.connect()
    socket.subscribe("private-user.9")
    socket.say("client-a", "س" * 5120, channel="private-user.9")
    assert socket.is_quiet()
    socket.say("client-a", "س" * 5120 + "a", channel="private-user.9")
    assert "too long" in socket.refused()["message"]


def test_the_eleventh_event_within_a_second_is_too_fast(peer: Peer):
    peer.switch(client_events=True)
    sara, omar = peer.connect(), peer.connect()
    for socket in (sara, omar):
        socket.subscribe("private-user.9")
    for number in range(30):
        omar.say("client-a", number, channel="private-user.9")
    refusals = {omar.refused()["code"] for _ in range(15)}
    assert refusals == {4301}
    peer.control.advance(1)
    omar.say("client-a", "later", channel="private-user.9")
    heard = []
    while not heard or heard[-1] != "later":
        heard.append(sara.next()["data"])
    assert heard[:10] == list(range(10))
    assert len(heard) <= 16


# The rest.


@pytest.mark.parametrize("text", ["", "no json", "[]", "5", "{}", '{"event":5}', '{"event":"pusher:else"}', "[" * 9999])
def test_what_means_nothing_is_refused_and_the_connection_stays(peer: Peer, text: str):
    socket = peer.connect()
    socket.connection.send(text)
    assert socket.refused()["code"] is None
    assert socket.is_quiet()


def test_a_frame_of_bytes_is_refused(peer: Peer):
    socket = peer.connect()
    socket.connection.send(b'{"event":"pusher:ping"}')
    assert socket.refused()["code"] is None


def test_half_a_character_does_no_harm(peer: Peer):
    peer.switch(client_events=True)
    sara, omar = peer.connect(), peer.connect()
    for socket in (sara, omar):
        socket.subscribe("private-user.9")
    omar.connection.send('{"event":"client-a","channel":"private-user.9","data":"\\ud800"}')
    assert sara.next()["data"] == "?"


def test_data_may_come_as_json_in_a_string(peer: Peer):
    socket = peer.connect()
    socket.say("pusher:subscribe", json.dumps({"channel": "course.42"}))
    assert socket.hear(SUCCEEDED)["channel"] == "course.42"


def test_after_unsubscribing_nothing_comes(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    socket.say("pusher:unsubscribe", {"channel": "course.42"})
    socket.say("pusher:unsubscribe", {"channel": "never"})
    assert socket.is_quiet()
    peer.trigger("course.42")
    assert socket.is_quiet()
    assert peer.state()["channels"] == {}


def test_one_who_is_excluded_hears_nothing(peer: Peer):
    sender, reader = peer.connect(), peer.connect()
    for socket in (sender, reader):
        socket.subscribe("course.42")
    peer.trigger("course.42", data='{"title":"دورة"}', socket_id=sender.id)
    assert reader.next() == {"event": "job.posted", "channel": "course.42", "data": '{"title":"دورة"}'}
    assert sender.is_quiet()


def test_subscribers_are_told_how_many_they_are(peer: Peer):
    peer.switch(subscription_counts=True)
    first, second = peer.connect(), peer.connect()
    first.subscribe("course.42")
    assert first.told("pusher_internal:subscription_count") == {"subscription_count": 1}
    second.subscribe("course.42")
    assert first.told("pusher_internal:subscription_count") == {"subscription_count": 2}
    second.connection.close()
    assert first.told("pusher_internal:subscription_count") == {"subscription_count": 1}
    first.subscribe(ROOM, SARA)
    assert first.is_quiet()


def test_the_number_of_a_crowd_is_told_every_five_seconds(peer: Peer):
    peer.switch(subscription_counts=True)
    sockets = [peer.connect() for _ in range(110)]
    for socket in sockets[1:]:
        socket.subscribe("course.42")
    last = sockets[0]
    last.subscribe("course.42")
    assert last.is_quiet()
    peer.control.advance(5)
    assert last.told("pusher_internal:subscription_count") == {"subscription_count": 110}
    assert last.is_quiet()


@pytest.mark.parametrize(
    ("channel", "channel_data", "expected"),
    [
        ("private-foobar", None, "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"),
        ("presence-foobar", '{"user_id":10,"user_info":{"name":"Mr. Channels"}}',
         "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"),
    ],
)  # fmt: skip
def test_the_peer_signs_as_documented(channel: str, channel_data: str | None, expected: str):
    text = f"1234.1234:{channel}" + ("" if channel_data is None else f":{channel_data}")
    assert digest(text) == expected
