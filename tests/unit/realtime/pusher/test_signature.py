"""What is signed, by the vectors and by the official library."""

import base64
import json
from pathlib import Path
from unittest import mock

import pusher as official
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pusher.http import Request
from pydantic import SecretStr

from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.realtime import Channel, Member
from ace_integrations.realtime.pusher import PusherSettings, Token
from ace_integrations.realtime.pusher.encryption import opened, sealed, shared_secret
from ace_integrations.realtime.pusher.grants import channel_grant, user_grant
from ace_integrations.realtime.pusher.signature import (
    channel_signature,
    checked_socket_id,
    is_signature,
    signed_query,
    user_signature,
)

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
KEY, NOW, SOCKET = VECTORS["key"], VECTORS["now"], VECTORS["socket_id"]
TOKEN = Token(KEY, SecretStr(VECTORS["secret"]))
MASTER_KEY = base64.b64decode(VECTORS["encryption"]["master_key"])
SETTINGS = PusherSettings().in_sandbox("http://127.0.0.1:8600")
SIGNED_IN = "private-user.9"


def library(**options):
    return official.Pusher(app_id="3", key=KEY, secret=VECTORS["secret"], **options)


def query_of(one):
    return signed_query(
        TOKEN,
        method=one["method"],
        path=one["path"],
        query=one["query"],
        body=one["body"].encode(),
        timestamp=one.get("timestamp", NOW),
    )


# Requests.


@pytest.mark.parametrize("name", VECTORS["requests"])
def test_a_request_is_signed_as_in_the_vectors(name):
    one = VECTORS["requests"][name]
    query = query_of(one)
    assert (query.get("body_md5"), query["auth_signature"]) == (one["md5"], one["signature"])
    assert len(one["body"].encode()) == one["bytes"]


@pytest.mark.parametrize("name", VECTORS["requests_of_other_libraries"])
def test_an_empty_body_is_not_hashed_although_the_official_python_library_does_so(name):
    one = VECTORS["requests_of_other_libraries"][name]
    ours = query_of({**one, "method": "GET", "body": ""})
    assert "body_md5" not in ours
    assert ours["auth_signature"] != one["signature"]


@given(
    st.sampled_from(["/apps/3/events", "/apps/3/batch_events", "/apps/3/users/a=b@c,d;e/terminate_connections"]),
    st.dictionaries(st.text(max_size=6), st.text(max_size=20), max_size=4),
)
def test_a_post_is_signed_as_the_official_library_signs_it(path, body):
    with mock.patch("time.time", return_value=float(NOW)):
        theirs = Request(library()._pusher_client, "POST", path, body)
    ours = signed_query(TOKEN, method="post", path=path, query={}, body=theirs.body, timestamp=NOW)
    assert ours == theirs.query_params


# Channels and users.


@pytest.mark.parametrize("one", VECTORS["channels"], ids=lambda one: one["channel"])
def test_a_channel_is_signed_as_in_the_vectors(one):
    signed = channel_signature(
        TOKEN, socket_id=SOCKET, channel=Channel(one["channel"]), channel_data=one.get("channel_data")
    )
    assert signed == f"{KEY}:{one['signature']}"


@pytest.mark.parametrize("one", VECTORS["users"], ids=lambda one: one["user_data"])
def test_a_user_is_signed_as_in_the_vectors(one):
    assert user_signature(TOKEN, socket_id=SOCKET, user_data=one["user_data"]) == f"{KEY}:{one['signature']}"


def test_a_private_grant_is_the_official_librarys():
    grant = channel_grant(SETTINGS, socket_id=SOCKET, channel=Channel(SIGNED_IN), member=Member("9"))
    assert grant == library().authenticate(channel=SIGNED_IN, socket_id=SOCKET)


def test_a_presence_grant_holds_the_very_text_that_was_signed():
    member = Member("9", {"name": "سارة", "role": "student"})
    grant = channel_grant(SETTINGS, socket_id=SOCKET, channel=Channel("presence-session.42"), member=member)
    one = VECTORS["channels"][3]
    assert grant == {"auth": f"{KEY}:{one['signature']}", "channel_data": one["channel_data"]}


def test_a_member_without_info_is_still_an_object_with_both_fields():
    grant = channel_grant(SETTINGS, socket_id=SOCKET, channel=Channel("presence-session.42"), member=Member("9"))
    assert json.loads(grant["channel_data"]) == {"user_id": "9", "user_info": {}}


def test_an_encrypted_grant_brings_the_channels_own_secret_as_text():
    name = "private-encrypted-session.42"
    grant = channel_grant(SETTINGS, socket_id=SOCKET, channel=Channel(name), member=Member("9"))
    assert grant["shared_secret"] == VECTORS["encryption"]["shared_secrets"][name]
    theirs = library(encryption_master_key_base64=VECTORS["encryption"]["master_key"])
    signed = theirs.authenticate(channel=name, socket_id=SOCKET)
    assert (grant["auth"], grant["shared_secret"]) == (signed["auth"], signed["shared_secret"].decode())


def test_a_user_grant_is_as_in_the_vectors():
    one = VECTORS["users"][1]
    grant = user_grant(SETTINGS, socket_id=SOCKET, member=Member("9", {"name": "سارة"}), watchlist=["10", "11"])
    assert grant == {"auth": f"{KEY}:{one['signature']}", "user_data": one["user_data"]}


def test_a_user_without_info_is_signed_in_as_the_official_library_does_it():
    grant = user_grant(SETTINGS, socket_id=SOCKET, member=Member("12345"))
    theirs = library().authenticate_user(SOCKET, {"id": "12345"})
    assert json.loads(grant["user_data"]) == json.loads(theirs["user_data"])
    assert grant["user_data"] == VECTORS["users"][0]["user_data"]
    assert grant["auth"] == f"{KEY}:{VECTORS['users'][0]['signature']}"


@pytest.mark.parametrize(
    "socket_id",
    ["", "1234", "1234.", ".1", "1234.1234:private-x", "1234.1234\n", " 1.1", "١.٢", "1.1.1", "-1.1", "1" * 21 + ".1"],
)
def test_an_id_that_could_sign_for_another_channel_is_refused_before_signing(socket_id):
    with pytest.raises(InvalidInputError, match="socket_id"):
        checked_socket_id(socket_id)
    with pytest.raises(InvalidInputError, match="socket_id"):
        channel_grant(SETTINGS, socket_id=socket_id, channel=Channel(SIGNED_IN), member=Member("9"))
    with pytest.raises(InvalidInputError, match="socket_id"):
        user_grant(SETTINGS, socket_id=socket_id, member=Member("9"))


def test_a_public_channel_needs_no_grant_and_gets_none():
    with pytest.raises(InvalidInputError, match="public"):
        channel_grant(SETTINGS, socket_id=SOCKET, channel=Channel("course.42"), member=Member("9"))


@pytest.mark.parametrize(("letters", "accepted"), [(506, True), (507, False)])
def test_a_members_info_is_measured_in_bytes(letters, accepted):
    member = Member("9", {"name": "س" * letters})  # {"name":""} has 11 bytes
    channel = Channel("presence-session.42")
    if accepted:
        assert channel_grant(SETTINGS, socket_id=SOCKET, channel=channel, member=member)
        return
    with pytest.raises(InvalidInputError, match="1024"):
        channel_grant(SETTINGS, socket_id=SOCKET, channel=channel, member=member)


@pytest.mark.parametrize("info", [{"mark": float("nan")}, {"at": object()}, {"name": "\ud800"}])
def test_info_that_is_no_json_is_refused(info):
    with pytest.raises(InvalidInputError, match="JSON"):
        user_grant(SETTINGS, socket_id=SOCKET, member=Member("9", info))


@pytest.mark.parametrize("user", ["a b", "سارة", "a/b", "x" * 129])
def test_a_user_id_of_another_form_is_not_signed_in(user):
    with pytest.raises(InvalidInputError):
        user_grant(SETTINGS, socket_id=SOCKET, member=Member(user))


def test_more_than_a_hundred_watched_users_are_refused():
    with pytest.raises(InvalidInputError, match="watchlist"):
        user_grant(SETTINGS, socket_id=SOCKET, member=Member("9"), watchlist=[str(n) for n in range(101)])


def test_nothing_is_signed_without_keys():
    with pytest.raises(ConfigurationError, match="PUSHER_APP_KEY"):
        channel_grant(PusherSettings(), socket_id=SOCKET, channel=Channel(SIGNED_IN), member=Member("9"))


# Encryption.


@pytest.mark.parametrize("channel", VECTORS["encryption"]["shared_secrets"])
def test_each_encrypted_channel_has_a_secret_of_its_own(channel):
    expected = base64.b64decode(VECTORS["encryption"]["shared_secrets"][channel])
    assert shared_secret(MASTER_KEY, Channel(channel)) == expected


@pytest.mark.parametrize("text", VECTORS["encryption"]["sealed"])
def test_data_is_sealed_as_in_the_vectors(text):
    about = VECTORS["encryption"]
    channel, nonce = Channel(about["channel"]), base64.b64decode(about["nonce"])
    data = sealed(text, master_key=MASTER_KEY, channel=channel, nonce=nonce)
    assert json.loads(data) == {"nonce": about["nonce"], "ciphertext": about["sealed"][text]}
    assert opened(data, master_key=MASTER_KEY, channel=channel) == text


@given(st.text(max_size=200))
def test_what_is_sealed_opens_on_its_own_channel_only(text):
    here, there = Channel("private-encrypted-a"), Channel("private-encrypted-b")
    first, second = (sealed(text, master_key=MASTER_KEY, channel=here) for _ in range(2))
    assert opened(first, master_key=MASTER_KEY, channel=here) == text
    assert first != second
    with pytest.raises(ValueError, match="not sealed"):
        opened(first, master_key=MASTER_KEY, channel=there)


@pytest.mark.parametrize("data", ["", "{}", "[]", '{"nonce":"AAAA","ciphertext":"AAAA"}', '{"nonce":1,"ciphertext":2}'])
def test_what_was_never_sealed_is_a_value_error(data):
    with pytest.raises(ValueError, match="not sealed"):
        opened(data, master_key=MASTER_KEY, channel=Channel("private-encrypted-a"))


def test_half_of_a_character_fits_no_signature_and_breaks_nothing() -> None:
    assert not is_signature("\ud800", "secret", "1.1::user::\ud800")
