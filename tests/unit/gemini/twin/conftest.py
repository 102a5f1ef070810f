"""Someone who asks the twin over plain HTTP."""

import json

import httpx
import pytest

MODEL = "gemini-3.5-flash-lite"


class Desk:
    """Asks the twin; gives answers as they come."""

    def __init__(self, running):
        self.control = running.control
        self.url = f"{running.url}/gemini"
        self.http = httpx.Client(base_url=self.url, headers={"x-goog-api-key": "gemini-sandbox-key"}, trust_env=False)

    def post(self, method="generateContent", *, model=MODEL, version="v1beta", headers=None, **body):
        path = f"/{version}/models/{model}:{method}"
        return self.http.post(path, content=json.dumps(body, ensure_ascii=False).encode(), headers=headers)

    def ask(self, text="Hello", *, system="", model=MODEL, **config):
        """Ask, and give the answer's object."""
        said = {"systemInstruction": {"parts": [{"text": system}]}} if system else {}
        answer = self.post(model=model, contents=[{"parts": [{"text": text}]}], generationConfig=config, **said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stream(self, text="Hello", *, model=MODEL, **config):
        """Ask for events, and give their objects."""
        method = "streamGenerateContent?alt=sse"
        answer = self.post(method, model=model, contents=[{"parts": [{"text": text}]}], generationConfig=config)
        assert answer.status_code == 200, answer.text
        return events(answer.text)

    def refusal(self, text="Hello", **more):
        """Ask, and give the error."""
        answer = self.post(contents=[{"parts": [{"text": text}]}], **more)
        error = answer.json()["error"]
        assert error["code"] == answer.status_code
        return error

    def get(self, path, **query):
        return self.http.get(path, params=query)

    def requests(self, **query):
        return self.control.get("gemini/requests", **query)["requests"]


def events(text):
    frames = text.split("\r\n\r\n")
    assert frames.pop() == ""
    assert all(frame.startswith("data: ") and "\n" not in frame for frame in frames)
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def text_of(*answers):
    parts = [part for one in answers for part in one["candidates"][0].get("content", {}).get("parts", ())]
    return "".join(part["text"] for part in parts if not part.get("thought"))


@pytest.fixture(scope="session")
def _desk(_gemini_server):
    desk = Desk(_gemini_server)
    yield desk
    desk.http.close()


@pytest.fixture
def desk(gemini_sandbox, _desk):
    return _desk


@pytest.fixture
def said():
    """Give the function that joins the text of an answer, or of a stream's objects."""
    return text_of
