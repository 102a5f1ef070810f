"""The service's REST calls: who is where, and rules that put people out."""

import base64
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import read_fields
from ace_integrations.video.agora.sandbox.channels import Channel, Channels, Member, Rule

Json = dict[str, Any]
Handler = Callable[[Request, Json], Json]

LEAST_S, MOST_S = 10, 86_430
LARGEST_PAGE = 500
WEB = 7
"""The platform of a browser."""


class RefusedError(Exception):
    """The service says no."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


class Management:
    """The routes of the service's own hosts.

    Args:
        customer: id and secret that calls must carry.
    """

    def __init__(self, channels: Channels, *, customer: tuple[str, str], now: Callable[[], float]) -> None:
        self._channels = channels
        self._authorization = "Basic " + base64.b64encode(":".join(customer).encode()).decode()
        self._now = now

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        rule, of_channel = "/dev/v1/kicking-rule", "/dev/v1/channel"
        routes: list[tuple[str, str, str, Handler]] = [
            ("POST", rule, "create_rule", self._create_rule),
            ("GET", rule, "list_rules", self._list_rules),
            ("PUT", rule, "update_rule", self._update_rule),
            ("DELETE", rule, "delete_rule", self._delete_rule),
            ("GET", f"{of_channel}/user/property/{{app_id}}/{{uid}}/{{channel}}", "get_user", self._user),
            ("GET", f"{of_channel}/user/{{app_id}}/{{channel}}", "list_users", self._users),
            ("GET", f"{of_channel}/user/{{app_id}}/{{channel}}/hosts_only", "list_hosts", self._users),
            ("GET", f"{of_channel}/{{app_id}}", "list_channels", self._list),
            ("GET", "/v2/ncs/ip", "notification_addresses", _addresses),
        ]
        return [Route(path, self._answering(act), methods=[method], name=name) for method, path, name, act in routes]

    def _answering(self, act: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), self._authorization.encode()):
                return JSONResponse({"message": "Invalid authentication credentials"}, 401)
            try:
                fields = await read_fields(request) if await request.body() else {}
                return JSONResponse(act(request, fields))
            except RefusedError as refused:
                return JSONResponse({"message": refused.message}, refused.status)

        return answer

    def _app(self, app_id: object) -> str:
        if app_id != self._channels.app.app_id:
            raise RefusedError(400, "invalid appid")
        return str(app_id)

    def _create_rule(self, request: Request, given: Json) -> Json:
        del request
        self._app(given.get("appid"))
        uid = given.get("uid")
        # By number only: who joined with an account cannot be addressed.
        if uid is not None and type(uid) is not int:
            raise RefusedError(400, "invalid uid")
        if not given.get("privileges"):
            raise RefusedError(400, "invalid privileges")
        rule = self._channels.forbid(
            channel=str(given.get("cname") or ""),
            uid=uid,
            privileges=given["privileges"],
            seconds=_seconds(given),
        )
        return {"status": "success", "id": rule.id}

    def _list_rules(self, request: Request, given: Json) -> Json:
        del given
        app_id = self._app(request.query_params.get("appid"))
        rules = [_shown(rule, app_id) for rule in self._channels.rules.values() if rule.ends_at > self._now()]
        return {"status": "success", "rules": rules}

    def _update_rule(self, request: Request, given: Json) -> Json:
        del request
        self._app(given.get("appid"))
        rule = self._channels.prolong(self._rule(given).id, _seconds(given))
        return {"status": "success", "result": {"id": rule.id, "ts": _iso(rule.ends_at)}}

    def _delete_rule(self, request: Request, given: Json) -> Json:
        del request
        self._app(given.get("appid"))
        rule = self._rule(given)
        del self._channels.rules[rule.id]
        return {"status": "success", "id": rule.id}

    def _rule(self, given: Json) -> Rule:
        rule = self._channels.rules.get(given.get("id", 0))
        if rule is None:
            raise RefusedError(404, "rule not found")
        return rule

    def _users(self, request: Request, given: Json) -> Json:
        del given
        self._app(request.path_params["app_id"])
        found = self._channels.open.get(request.path_params["channel"])
        return {"success": True, "data": _of_channel(found) if found else {"channel_exist": False}}

    def _user(self, request: Request, given: Json) -> Json:
        del given
        self._app(request.path_params["app_id"])
        found = self._channels.open.get(request.path_params["channel"])
        uid = request.path_params["uid"]
        member = next((one for one in found.members.values() if str(one.uid) == uid), None) if found else None
        if found is None or member is None:
            return {"success": True, "data": {"in_channel": False}}
        facts = {"uid": member.uid, "join": int(member.joined_at), "role": _role(found, member), "platform": WEB}
        return {"success": True, "data": {"in_channel": True, **facts}}

    def _list(self, request: Request, given: Json) -> Json:
        del given
        self._app(request.path_params["app_id"])
        size = _number(request, "page_size", 100)
        if not 1 <= size <= LARGEST_PAGE:
            raise RefusedError(400, "invalid page_size")
        first = _number(request, "page_no", 0) * size
        every = list(self._channels.open.values())
        shown = [{"channel_name": one.name, "user_count": len(one.members)} for one in every[first : first + size]]
        return {"success": True, "data": {"channels": shown, "total_size": len(every)}}


def _addresses(request: Request, given: Json) -> Json:
    del request, given
    return {"data": {"service": {"hosts": [{"primaryIP": "127.0.0.1"}]}}}


def _of_channel(found: Channel) -> Json:
    hosts = [one.uid for one in found.members.values() if one.is_host]
    if not found.is_live:
        return {"channel_exist": True, "mode": 1, "total": len(hosts), "users": hosts}
    audience = [one.uid for one in found.members.values() if not one.is_host]
    return {
        "channel_exist": True,
        "mode": 2,
        "broadcasters": hosts,
        "audience": audience,
        "audience_total": len(audience),
    }


def _role(found: Channel, member: Member) -> int:
    if not found.is_live:
        return 1
    return 2 if member.is_host else 3


def _seconds(given: Json) -> float:
    """Give how long a rule lasts: seconds count before minutes; an hour when nothing is said; 0 only puts out."""
    seconds = float(given.get("time_in_seconds", float(given.get("time", 60)) * 60))
    return min(max(seconds, LEAST_S), MOST_S) if seconds else 0.0


def _shown(rule: Rule, app_id: str) -> Json:
    return {
        "id": rule.id,
        "appid": app_id,
        "uid": rule.uid or 0,
        "opid": 0,
        "cname": rule.channel,
        "ip": "",
        "ts": _iso(rule.ends_at),
        "privileges": list(rule.privileges),
        "createAt": _iso(rule.made_at),
        "updateAt": _iso(rule.made_at),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", ".000Z")


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError:
        raise RefusedError(400, f"invalid {name}") from None
