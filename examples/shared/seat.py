"""Somebody's place in a class's room: what the provider's script does with a grant in their browser, over HTTP."""

from typing import Any, Self

import httpx


class SeatRefusedError(Exception):
    """The provider lets nobody in with this grant."""


class Seat:
    """A place in a room of the sandbox, whichever provider imitates it.

    Args:
        sandbox: the sandbox's address.
        grant: what the platform's API answered the join with.

    Attributes:
        role: as the provider sees them: moderator or participant; host or audience.

    Raises:
        SeatRefusedError: the provider refuses the grant.
    """

    def __init__(self, sandbox: str, grant: dict[str, Any]) -> None:
        self._options: dict[str, Any] = grant["options"]
        self._room: str = grant["room"]
        self._is_jitsi = grant["provider"] == "jitsi"
        base = f"{sandbox}/jitsi/rooms/{self._room}" if self._is_jitsi else f"{sandbox}/agora/sandbox"
        self._browser = httpx.Client(base_url=base, trust_env=False, timeout=30)
        told = self._jitsi_join() if self._is_jitsi else self._agora_join()
        self.id: str = told["id"] if self._is_jitsi else told["client"]
        self.role: str = told["role"] if self._is_jitsi else self._options["role"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *caught: object) -> None:
        self._browser.close()

    def leave(self) -> None:
        """Close the page."""
        if self._is_jitsi:
            self._browser.post("/act", json={"id": self.id, "do": "leave"})
        else:
            self._browser.post("/leave", json={"client": self.id, "channel": self._room})

    def end_for_all(self) -> None:
        """Do what a moderator's page does where the provider's server cannot: end the conference."""
        self._browser.post("/act", json={"id": self.id, "do": "end"}).raise_for_status()

    def heard(self) -> list[str]:
        """Give the names of what happened since it was last asked for; waits while nothing did."""
        where = f"/news?id={self.id}" if self._is_jitsi else f"/events?client={self.id}"
        told = self._browser.get(where).json()
        return [one["event"] for one in told.get("news", told.get("events", []))]

    def _jitsi_join(self) -> dict[str, Any]:
        return self._answered("/join", {"jwt": self._options["jwt"]})

    def _agora_join(self) -> dict[str, Any]:
        options = self._options
        asked = {name: options[name] for name in ("channel", "token", "uid", "role", "mode")}
        return self._answered("/join", {"appid": options["app_id"], **asked})

    def _answered(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self._browser.post(path, json=asked)
        if answer.status_code != httpx.codes.OK:
            self._browser.close()
            raise SeatRefusedError(answer.text)
        told: dict[str, Any] = answer.json()
        return told
