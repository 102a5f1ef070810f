"""A service that answers as a test says and remembers what it was asked."""

import json

import httpx
import pytest


class Answering:
    """Answers each request with the next of `answers`: a status, a JSON value or an exception to raise."""

    def __init__(self):
        self.answers = []
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, int):
            return _json(200, answer)
        return _json(answer, {"message": "no"} if answer >= 400 else {})

    def client(self):
        return httpx.Client(transport=httpx.MockTransport(self))

    def async_client(self):
        async def answer(request):
            return self(request)

        return httpx.AsyncClient(transport=httpx.MockTransport(answer))

    @property
    def body(self):
        return json.loads(self.requests[-1].content)


def _json(status, value):
    body = httpx.ByteStream(json.dumps(value).encode())
    return httpx.Response(status, headers={"content-type": "application/json"}, stream=body)


@pytest.fixture
def service():
    return Answering()
