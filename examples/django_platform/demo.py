"""Start sandbox and platform on loopback; leave them running, or walk the journey once."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import httpx

from ace_integrations.sandbox import RunningSandbox, start
from examples.shared.demonstration import ADMIN, Running, listening, main, send_webhooks
from examples.shared.hiring import HiringStory
from examples.shared.lesson import Lesson
from examples.shared.story import Step, Story

STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 20


@contextmanager
def running(
    database_url: str,
    *,
    platform_port: int = 0,
    sandbox_port: int = 0,
    limits: tuple[str, ...] = (),
    admin_password: str = "",
    gateways: tuple[str, ...] = ("stripe", "paypal"),
    user_budgets: tuple[str, ...] = (),
    video: str = "jitsi",
    origin: str = "",
) -> Generator[Running]:
    """Run the sandbox in this process and the platform in another; their ports are free again at the end.

    Args:
        origin: where browsers reach the platform, when that is not the port itself.
    """
    with start(port=sandbox_port) as sandbox, listening(platform_port) as taken:
        platform = f"http://127.0.0.1:{taken.getsockname()[1]}"
        send_webhooks(sandbox, platform)
        environment = {
            **os.environ,
            **_of_sandbox(sandbox),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DATABASE_URL": database_url,
            "PLATFORM_URL": origin or platform,
            "PLATFORM_ADMIN_EMAIL": ADMIN if admin_password else "",
            "PLATFORM_ADMIN_PASSWORD": admin_password,
            "ACE_LIMITS": ",".join(limits),
            "ACE_PAYMENTS": ",".join(gateways),
            "ACE_USER_BUDGETS": ",".join(user_budgets),
            "ACE_VIDEO": video,
        }
        # Whoever asks from now on waits until the platform is there to answer.
        taken.listen(128)
        command = [sys.executable, "-m", "examples.django_platform.serving", str(taken.fileno())]
        child = subprocess.Popen(  # noqa: S603 - our own file
            command, env=environment, pass_fds=[taken.fileno()], stdin=subprocess.PIPE
        )
        # From here on the port is the platform's alone: should it die, nobody waits for it.
        taken.close()
        try:
            # A page would count for whoever comes from this address.
            httpx.get(f"{platform}/static/icon.svg", trust_env=False, timeout=STARTS_WITHIN_S).raise_for_status()
            yield Running(platform, sandbox)
        finally:
            _end(child)


def walk(both: Running, admin: tuple[str, str]) -> Iterator[Step]:
    """Walk the whole journey, a step at a time."""
    control = both.sandbox.control
    with Story(both.platform, control, admin=admin) as story:
        yield from story.walk()
        yield from Lesson(both.platform, control, student=story, admin=admin).walk()
        yield from HiringStory(both.platform, control, student=story).walk()


def _of_sandbox(sandbox: RunningSandbox) -> dict[str, str]:
    """Name the sandbox to the platform, and the token with which it may look at its clock."""
    token = sandbox.sandbox.token if sandbox.sandbox else ""
    return {"ACE_SANDBOX_URL": sandbox.url, "PLATFORM_SANDBOX_TOKEN": token}


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.communicate(timeout=ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()


if __name__ == "__main__":
    sys.exit(main(running, walk))
