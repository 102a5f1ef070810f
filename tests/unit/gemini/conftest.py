"""The twin alone in a sandbox, as new for each test, and clients of both colours."""

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.gemini import AsyncGemini, Gemini, GeminiSettings
from ace_integrations.gemini.sandbox import GeminiTwin
from ace_integrations.sandbox import start

MODEL = "gemini-3.5-flash-lite"


@pytest.fixture(scope="session")
def _gemini_server():
    with start(twins=[GeminiTwin]) as running:
        yield running


@pytest.fixture
def gemini_sandbox(_gemini_server):
    _gemini_server.control.reset()
    yield _gemini_server
    _gemini_server.control.clear_faults()


class Twin:
    """Writes the twin's next answers, and tells what it was asked."""

    def __init__(self, control):
        self._control = control

    def script(self, body=None, **fields):
        self._control.post("gemini/scripts", **({} if body is None else {"body": body}), **fields)

    def limit(self, **limits):
        self._control.post("gemini/limits", **limits)

    @property
    def requests(self):
        return self._control.get("gemini/requests")["requests"]

    @property
    def bodies(self):
        return [request["body"] for request in self.requests]


@pytest.fixture
def twin(gemini_sandbox):
    return Twin(gemini_sandbox.control)


@pytest.fixture
def settings_of(gemini_sandbox):
    """Give the settings of the twin's address, with changes."""

    def settings_of(**changes):
        own = GeminiSettings(**changes)
        placed = own.in_sandbox(gemini_sandbox.url)
        return Settings(providers=(placed.model_copy(update={"api_key": own.api_key or placed.api_key}),))

    return settings_of


class Asker:
    """Asks in one colour."""

    def __init__(self, ace, colour):
        self.ace = ace
        self._is_awaited = colour == "async"
        self.client = ace.client(AsyncGemini if self._is_awaited else Gemini)

    async def generate(self, question):
        return await self._done(self.ace.ai.generate(question))

    async def ask(self, question, into):
        return await self._done(self.ace.ai.ask(question, into=into))

    async def count(self, question):
        return await self._done(self.ace.ai.count_tokens(question))

    async def stream(self, question, heard=None):
        """Give all parts; those that came before an error are in `heard`."""
        return await self._heard(self.ace.ai.stream(question), heard)

    async def send(self, name, *arguments, **named):
        """Send an operation of the client."""
        return await self._done(getattr(self.client, name)(*arguments, **named))

    async def follow(self, *arguments, heard=None, **named):
        return await self._heard(self.client.stream_generate_content(*arguments, **named), heard)

    async def models(self, **named):
        return await self._heard(self.client.iterate_models(**named))

    async def _done(self, result):
        return await result if self._is_awaited else result

    async def _heard(self, parts, heard=None):
        heard = [] if heard is None else heard
        if self._is_awaited:
            async for part in parts:
                heard.append(part)
        else:
            heard.extend(parts)
        return heard


@pytest.fixture(params=["sync", "async"])
async def asker_of(request):
    """Give the function that makes an asker of each colour from settings."""
    opened = []

    def asker_of(settings, **more):
        ace = Ace(settings, **more) if request.param == "sync" else AsyncAce(settings, **more)
        opened.append(ace)
        return Asker(ace, request.param)

    yield asker_of
    for ace in opened:
        if request.param == "sync":
            ace.close()
        else:
            await ace.aclose()


@pytest.fixture
def asker(asker_of, settings_of):
    return asker_of(settings_of())


def said(*texts, finish="STOP", **more):
    """Give the body of an answer."""
    candidate = {"content": {"parts": [{"text": text} for text in texts], "role": "model"}, "finishReason": finish}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 18}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL, "responseId": "r-1", **more}
