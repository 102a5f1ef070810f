"""What is signed for browsers: tokens of live classes and grants of channels, against bare primitives and packages."""

import hashlib
import hmac
import json
import struct
import time
import zlib
from base64 import b64encode

import jwt
import pusher as official
from pydantic import SecretStr

from ace_integrations.core import Headers
from ace_integrations.realtime import Channel, Member
from ace_integrations.realtime.pusher import PusherSettings
from ace_integrations.realtime.pusher.broadcaster import PusherBroadcaster
from ace_integrations.realtime.pusher.webhooks import WEBHOOKS
from ace_integrations.settings import Settings
from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.agora.token import read
from ace_integrations.video.grant import Person
from ace_integrations.video.jitsi.token import SelfHostedIssuer
from ace_integrations.video.live_class import Role
from ace_integrations.webhooks import Doors
from tests.bench.measuring import compare

NOW, ROOM = int(time.time()), "edv-42-5f1c0a9b7d3e2468"
APP, CERTIFICATE = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
CALLS = 500


def tokens() -> None:
    """Compare each with the bare primitives, and with the vendor's package where Python has one."""
    agora()
    jitsi()
    channels()
    deliveries()


def agora() -> None:
    issuer = TokenIssuer(APP, SecretStr(CERTIFICATE), clock=lambda: NOW, salt=lambda: 12345678)

    def bare() -> object:
        rights = b"".join(struct.pack("<HI", right, 600) for right in (1, 2, 3, 4))
        service = struct.pack("<HH", 1, 4) + rights + _text(ROOM) + _text("7")
        signed = _text(APP) + struct.pack("<IIIH", NOW, 600, 12345678, 1) + service
        by_time = hmac.digest(struct.pack("<I", NOW), CERTIFICATE.encode(), "sha256")
        signature = hmac.digest(hmac.digest(struct.pack("<I", 12345678), by_time, "sha256"), signed, "sha256")
        return "007" + b64encode(zlib.compress(struct.pack("<H", 32) + signature + signed)).decode()

    token = issuer.rtc(channel=ROOM, uid=7, role=RtcRole.PUBLISHER, ttl_s=600)
    assert token == bare()
    compare(
        ("struct + three HMACs + zlib + base64 (Agora)", bare),
        ("  ours: TokenIssuer.rtc", lambda: issuer.rtc(channel=ROOM, uid=7, role=RtcRole.PUBLISHER, ttl_s=600)),
        ("  ours: read, which verifies", lambda: read(token, certificates=(CERTIFICATE,))),
        calls=CALLS,
    )


def _text(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode()


def jitsi() -> None:
    secret = "bench-secret-of-more-than-32-bytes-0123456789"
    issuer, person = SelfHostedIssuer("app", SecretStr(secret), "meet.example.org"), Person(id="9", name="Teacher Nine")
    issue = {"person": person, "room": ROOM, "role": Role.MODERATOR, "now": NOW, "ttl_s": 600}
    claims = jwt.decode(issuer.issue(**issue), options={"verify_signature": False})
    compare(
        ("PyJWT with the same claims (Jitsi)", lambda: jwt.encode(claims, secret, "HS256")),
        ("  ours: SelfHostedIssuer.issue", lambda: issuer.issue(**issue)),
        calls=CALLS,
    )


def channels() -> None:
    settings = PusherSettings(app_id="3", key="0123456789abcdef0123", secret="bench-secret")
    broadcaster, channel = PusherBroadcaster(settings), Channel("presence-session.42")
    member, info = Member("9", {"name": "سارة"}), {"user_id": "9", "user_info": {"name": "سارة"}}
    theirs = official.Pusher("3", "0123456789abcdef0123", "bench-secret")

    def bare() -> object:
        data = json.dumps(info)
        text = f"1234.5678:{channel.name}:{data}".encode()
        signature = hmac.new(b"bench-secret", text, hashlib.sha256).hexdigest()
        return {"auth": f"0123456789abcdef0123:{signature}", "channel_data": data}

    compare(
        ("json + HMAC (Pusher, a presence channel)", bare),
        (
            "  ours: Channel and authorise",
            lambda: broadcaster.authorise(
                channel=Channel("presence-session.42"), connection="1234.5678", member=member
            ),
        ),
        ("  pusher: authenticate", lambda: theirs.authenticate("presence-session.42", "1234.5678", info)),
        calls=CALLS,
    )


def deliveries() -> None:
    settings = PusherSettings(app_id="3", key="0123456789abcdef0123", secret="bench-secret")
    theirs = official.Pusher("3", "0123456789abcdef0123", "bench-secret")
    value = WEBHOOKS.sample("member_added", now=NOW)
    body, sent = WEBHOOKS.sign(WEBHOOKS.scheme(settings), value, "bench-secret", NOW)
    doors, fields = Doors([WEBHOOKS], Settings(providers=(settings,))), Headers(sent)
    names = {name.lower(): text for name, text in sent.items()}
    key, signature = names["x-pusher-key"], names["x-pusher-signature"]

    def bare() -> object:
        hmac.compare_digest(hmac.new(b"bench-secret", body, hashlib.sha256).hexdigest(), signature)
        return json.loads(body)

    compare(
        ("HMAC + json.loads (Pusher, a delivery)", bare),
        ("  ours: verify and parse into typed events", lambda: doors.open("pusher", fields, body, now=NOW)),
        ("  pusher: validate_webhook", lambda: theirs.validate_webhook(key, signature, body.decode())),
        calls=CALLS,
    )
