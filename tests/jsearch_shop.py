"""A stranger with a plain HTTP client before JSearch's twin."""

from itertools import chain
from typing import Any

import httpx

from ace_integrations.sandbox import RunningSandbox

GATEWAY_HOST = "jsearch.p.rapidapi.com"
Json = dict[str, Any]


class Shop:
    """Asks at the gateway, or at the vendor's own host; gives answers as they come."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.url = f"{sandbox.url}/jsearch"
        self.control = sandbox.control
        self.http = httpx.Client(trust_env=False)

    def ask(self, path: str = "/search-v2", *, key: str = "sandbox-pro", **query: Any) -> httpx.Response:
        headers = {"X-RapidAPI-Key": key, "X-RapidAPI-Host": GATEWAY_HOST}
        return self.http.get(f"{self.url}{path}", headers=headers, params=query)

    def ask_directly(self, path: str = "/search-v2", *, key: str = "ak_sandbox", **query: Any) -> httpx.Response:
        return self.http.get(f"{self.url}/jsearch{path}", headers={"x-api-key": key}, params=query)

    def search(self, query: str, *, country: str = "eg", **more: Any) -> list[Json]:
        """Give all postings of all pages."""
        return [*chain(*self.walk(query, country=country, num_pages=20, **more))]

    def walk(self, query: str, **more: Any) -> list[list[Json]]:
        """Give the postings page by page, along the cursors."""
        pages: list[list[Json]] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = self.ask(query=query, cursor=cursor, **more)
            assert answer.status_code == 200, answer.text
            data = answer.json()["data"]
            pages.append(data["jobs"])
            cursor = data["cursor"]
        return pages

    def state(self) -> Json:
        found: Json = self.control.get("jsearch/state")
        return found

    def use(self, control: str, **fields: Any) -> Json:
        done: Json = self.control.post(f"jsearch/{control}", **fields)
        return done

    def close(self) -> None:
        self.http.close()
