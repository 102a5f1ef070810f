"""Every provider of live classes of ours passes the suite that plugin authors run."""

from collections.abc import Iterator

import pytest

from ace_integrations.testing.conformance.sandboxed_video import AgoraUnderTest, JitsiUnderTest
from ace_integrations.testing.conformance.test_video import *  # noqa: F403 - the suite itself
from ace_integrations.testing.conformance.video import VideoUnderTest


@pytest.fixture(scope="module", params=[JitsiUnderTest, AgoraUnderTest], ids=lambda kind: kind.name)
def video_under_test(request: pytest.FixtureRequest) -> Iterator[VideoUnderTest]:
    with request.param() as tested:
        yield tested
