"""`ace video`."""

import json
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "video"


def test_a_room_and_a_token_as_the_settings_give_them(ace):
    room = json.loads(ace("video", "room", "42", "--json").stdout)
    grant = json.loads(ace("video", "token", "42", "17", "--json").stdout)
    assert room == {"provider": "jitsi", "room": grant["room"]}
    assert (grant["role"], grant["kind"]) == ("participant", "iframe")
    claims = json.loads(ace("video", "decode", grant["options"]["jwt"], "--json").stdout)
    assert (claims["room"], claims["context"]["user"]["moderator"]) == (grant["room"], False)


def test_a_token_of_agora_is_taken_apart(ace):
    vectors = json.loads((VECTORS / "agora" / "vectors.json").read_text())
    claims = json.loads(ace("video", "decode", vectors["tokens"]["R2"]["text"], "--json").stdout)
    assert (claims["issued_at"], claims["expires_at"]) == ("2025-11-24T16:00:00+00:00", "2025-11-24T17:00:00+00:00")
    assert [(one["service"], one["channel"], one["user"]) for one in claims["services"]] == [
        ("RtcService", "lesson-42", "7")
    ]
    legacy = json.loads(ace("video", "decode", vectors["legacy"]["subscriber"]["text"], "--json").stdout)
    assert legacy["privileges"] == {"1": "2025-11-24T17:00:00+00:00"}


def test_what_is_no_token_is_wrong_usage(ace):
    assert ace("video", "decode", "nothing").returncode == 2
