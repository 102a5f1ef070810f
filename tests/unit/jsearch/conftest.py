"""Clients of JSearch's twin, and of a service that answers what a test says."""

import inspect
import json

import httpx
import pytest
import redis
from pydantic import SecretStr
from tests.jsearch_shop import Shop

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.jsearch import AsyncJSearch, JSearch, JSearchSettings
from ace_integrations.jsearch.sandbox import JSearchTwin
from ace_integrations.sandbox import start

KEY = "example-key"


@pytest.fixture
def ace(ace_sandbox):
    with Ace(Settings(sandbox_url=ace_sandbox.url), clock=ace_sandbox.sandbox.clock.now) as ace:
        yield ace


@pytest.fixture
async def async_ace(ace_sandbox):
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url), clock=ace_sandbox.sandbox.clock.now) as ace:
        yield ace


@pytest.fixture
def jsearch(ace):
    return ace.client(JSearch)


@pytest.fixture
def control(ace_sandbox):
    return ace_sandbox.control


@pytest.fixture
def own_redis_url(redis_url):
    """Give a database of Redis for these tests alone, empty: what a pause or a search leaves there lasts for days."""
    url = f"{redis_url.rpartition('/')[0]}/7"
    with redis.Redis.from_url(url) as database:
        database.flushdb()
        yield url
        database.flushdb()


@pytest.fixture(scope="module")
def running():
    """Give a sandbox of this twin alone."""
    with start(twins=[JSearchTwin]) as running:
        yield running


@pytest.fixture
def shop(running):
    """Give a stranger before the twin as new."""
    running.control.reset()
    shop = Shop(running)
    yield shop
    shop.close()


class Service:
    """Gives the next of `answers`, the last of them for ever, and remembers the requests."""

    def __init__(self, client, *, is_awaited):
        self.answers = []
        self.requests = []
        self.client = client(self._settings(), http=self._http(is_awaited))

    def _settings(self):
        return JSearchSettings(api_key=SecretStr(KEY), base_url="https://jsearch.example")

    def _http(self, is_awaited):
        async def handle(request):
            return self._next(request)

        if is_awaited:
            return httpx.AsyncClient(transport=httpx.MockTransport(handle))
        return httpx.Client(transport=httpx.MockTransport(self._next))

    def _next(self, request):
        self.requests.append(request)
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"content-type": "application/json", **headers}
        return httpx.Response(status, headers=fields, stream=httpx.ByteStream(content))

    def gives(self, *answers):
        self.answers = [answer if len(answer) == 3 else (answer[0], {}, answer[1]) for answer in answers]

    async def ask(self, do):
        """Do it with the client, in either colour."""
        result = do(self.client)
        return await result if inspect.isawaitable(result) else result


@pytest.fixture(params=["sync", "async"])
def service(request):
    """Give a service of either colour that answers what the test says."""
    is_awaited = request.param == "async"
    return Service(AsyncJSearch if is_awaited else JSearch, is_awaited=is_awaited)
