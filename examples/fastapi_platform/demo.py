"""Start sandbox and platform on loopback; leave them running, or walk the journey once."""

import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import uvicorn

from ace_integrations import AsyncAce, Settings
from ace_integrations.sandbox import start
from examples.fastapi_platform.app import create_app
from examples.shared.demonstration import ADMIN, Running, listening, main, send_webhooks
from examples.shared.hiring import HiringStory
from examples.shared.lesson import Lesson
from examples.shared.story import Step, Story


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
    """Run both in this process; their ports are free again at the end. Without a password there is no admin.

    Args:
        origin: where browsers reach the platform, when that is not the port itself.
    """
    with start(port=sandbox_port) as sandbox, listening(platform_port) as taken:
        platform = f"http://127.0.0.1:{taken.getsockname()[1]}"
        send_webhooks(sandbox, platform)
        clock = sandbox.sandbox.clock.now if sandbox.sandbox else time.time
        settings = Settings(
            sandbox_url=sandbox.url, payments=gateways, limits=limits, user_budgets=user_budgets, video=video
        )
        app = create_app(
            AsyncAce(settings, clock=clock),
            database_url=database_url,
            origin=origin or platform,
            admin_login=(ADMIN, admin_password) if admin_password else None,
            clock=clock,
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield Running(platform, sandbox)
        finally:
            server.should_exit = True
            thread.join(10)


def walk(both: Running, admin: tuple[str, str]) -> Iterator[Step]:
    """Walk the whole journey, a step at a time."""
    control = both.sandbox.control
    with Story(both.platform, control, admin=admin) as story:
        yield from story.walk()
        yield from Lesson(both.platform, control, student=story, admin=admin).walk()
        yield from HiringStory(both.platform, control, student=story).walk()


if __name__ == "__main__":
    sys.exit(main(running, walk))
