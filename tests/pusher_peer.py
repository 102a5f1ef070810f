"""A server and browsers that know only Pusher's documentation, before the twin."""

import hashlib
import hmac
import json
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ace_integrations.sandbox import RunningSandbox

KEY, SECRET = "278d425bdf160c739803", "7ad3773142a6692b25b8"
Json = dict[str, Any]


def digest(text: str | bytes, secret: str = SECRET) -> str:
    signed = text if isinstance(text, bytes) else text.encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Socket:
    """One browser's connection; gives frames as they come."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.id = ""

    def greeted(self) -> Json:
        """Wait for the greeting, and take the socket id from it."""
        data: Json = json.loads(self.hear("pusher:connection_established")["data"])
        self.id = data["socket_id"]
        return data

    def say(self, event: str, data: Any = None, **more: Any) -> None:
        self.connection.send(compact({"event": event, "data": {} if data is None else data, **more}))

    def next(self) -> Json:
        frame: Json = json.loads(self.connection.recv(timeout=5))
        return frame

    def hear(self, event: str) -> Json:
        """Give the next frame, which must be of this event."""
        frame = self.next()
        assert frame["event"] == event, frame
        return frame

    def told(self, event: str) -> Any:
        """Give the data of the next frame, which the service itself writes."""
        return json.loads(self.hear(event)["data"])

    def refused(self) -> Json:
        """Give the data of the next frame, which must be an error."""
        data: Json = self.hear("pusher:error")["data"]
        return data

    def is_quiet(self) -> bool:
        """Whether nothing came: the answer to a ping is the next frame."""
        self.say("pusher:ping")
        return self.next() == {"event": "pusher:pong", "data": "{}"}

    def closed(self) -> tuple[int, str]:
        """Wait for the end; give code and reason."""
        with pytest.raises(ConnectionClosed) as caught:
            self._read_all()
        close = caught.value.rcvd
        assert close is not None
        return close.code, close.reason

    def _read_all(self) -> None:
        while True:
            self.connection.recv(timeout=5)

    # What a browser does with the help of its platform.

    def auth(self, channel: str, channel_data: str | None = None) -> Json:
        text = f"{self.id}:{channel}" if channel_data is None else f"{self.id}:{channel}:{channel_data}"
        signed = {"channel": channel, "auth": f"{KEY}:{digest(text)}"}
        return signed if channel_data is None else {**signed, "channel_data": channel_data}

    def ask_for(self, channel: str, member: Json | None = None) -> None:
        """Ask for a subscription as the kind of the channel needs it."""
        if not channel.startswith(("private-", "presence-")):
            self.say("pusher:subscribe", {"auth": "", "channel": channel})
        else:
            self.say("pusher:subscribe", self.auth(channel, compact(member) if member else None))

    def subscribe(self, channel: str, member: Json | None = None) -> Any:
        """Subscribe; give what the service says of the channel."""
        self.ask_for(channel, member)
        return self.told("pusher_internal:subscription_succeeded")

    def ask_to_sign_in(self, user: Json) -> str:
        user_data = compact(user)
        self.say("pusher:signin", {"auth": f"{KEY}:{digest(f'{self.id}::user::{user_data}')}", "user_data": user_data})
        return user_data

    def sign_in(self, user_id: str, **more: Any) -> None:
        user_data = self.ask_to_sign_in({"id": user_id, **more})
        assert self.told("pusher:signin_success") == {"user_data": user_data}


class Peer:
    """A platform's server: signs requests, and opens browsers."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control
        self.url = f"{sandbox.url}/pusher"
        self._open = ExitStack()
        self.http = self._open.enter_context(httpx.Client(base_url=self.url, trust_env=False))

    # Over HTTP.

    def signed(self, method: str, path: str, body: bytes = b"", **query: str) -> dict[str, str]:
        """Give the whole query of a request."""
        parameters = {"auth_key": KEY, "auth_timestamp": str(int(self.control.now())), "auth_version": "1.0", **query}
        if body:
            parameters.setdefault("body_md5", hashlib.md5(body, usedforsecurity=False).hexdigest())
        pairs = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
        return {**parameters, "auth_signature": digest(f"{method}\n{path}\n{pairs}")}

    def get(self, path: str, **query: str) -> httpx.Response:
        whole = f"/apps/3{path}"
        return self.http.get(whole, params=self.signed("GET", whole, **query))

    def post(self, path: str, value: Any, **query: str) -> httpx.Response:
        return self.post_raw(path, compact(value).encode(), **query)

    def post_raw(self, path: str, body: bytes, **query: str) -> httpx.Response:
        whole = f"/apps/3{path}"
        headers = {"content-type": "application/json"}
        return self.http.post(whole, content=body, headers=headers, params=self.signed("POST", whole, body, **query))

    def trigger(self, *channels: str, name: str = "job.posted", data: str = "{}", **more: Any) -> Any:
        answer = self.post("/events", {"name": name, "channels": list(channels), "data": data, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    # Over WebSocket.

    def dial(self, path: str = f"/app/{KEY}?protocol=7&client=js&version=8.6.0&flash=false", **options: Any) -> Socket:
        """Open a connection, and wait for nothing."""
        address = f"{self.url}{path}".replace("http://", "ws://")
        return Socket(self._open.enter_context(connect(address, **{"proxy": None, "max_queue": None, **options})))

    def connect(self) -> Socket:
        """Open a connection that is established."""
        socket = self.dial()
        socket.greeted()
        return socket

    def use(self, control: str, **fields: Any) -> Json:
        done: Json = self.control.post(f"pusher/{control}", **fields)
        return done

    def switch(self, **switches: Any) -> Json:
        return self.use("switches", **switches)

    def state(self) -> Json:
        found: Json = self.control.get("pusher/state")
        return found

    def messages(self, **query: str) -> list[Json]:
        found: list[Json] = self.control.get("pusher/messages", **query)["messages"]
        return found

    def close(self) -> None:
        self._open.close()
