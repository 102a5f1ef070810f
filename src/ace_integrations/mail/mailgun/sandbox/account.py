"""The routes of Mailgun's twin about the account: suppression lists, webhooks, domains, templates."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.mail.mailgun.sandbox.api import message, region_of, routes
from ace_integrations.mail.mailgun.sandbox.forms import RefusedError
from ace_integrations.mail.mailgun.sandbox.post import Post
from ace_integrations.mail.mailgun.sandbox.state import TYPES

_ABSENT = {
    "bounces": "Address not found in bounces table",
    "complaints": "No spam complaints found for this address",
    "unsubscribes": "Address not found in unsubscribers table",
    "whitelists": "Address/Domain not found in allowlist table",
}
_REMOVED = {
    "bounces": "Bounced addresses for this domain have been removed",
    "complaints": "Complaint addresses for this domain have been removed",
    "unsubscribes": "Unsubscribe event has been removed",
    "whitelists": "Allowlist address/domain has been removed",
}
_TABLES = {"bounces": "bounces", "complaints": "complaints", "unsubscribes": "unsubscribers", "whitelists": "allowlist"}


class SuppressionRoutes:
    """The four lists of a domain."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        found: list[BaseRoute] = []
        for kind in _ABSENT:
            found += routes(self._post, f"/v3/{{domain}}/{kind}", self._list, "list_suppressions", "GET")
            found += routes(self._post, f"/v3/{{domain}}/{kind}", self._add, "add_suppressions", "POST")
            found += routes(self._post, f"/v3/{{domain}}/{kind}", self._clear, "clear_suppressions", "DELETE")
            one = f"/v3/{{domain}}/{kind}/{{address}}"
            found += routes(self._post, one, self._get, "get_suppression", "GET")
            found += routes(self._post, one, self._remove, "remove_suppression", "DELETE")
        return found

    async def _list(self, request: Request) -> Response:
        domain, kind = _place(request)
        rows = self._post.rows(domain, kind)
        query = request.query_params
        limit = int(query.get("limit", "100"))
        if not 1 <= limit <= 1000:
            raise RefusedError("The 'limit' parameter must be between 1 and 1000")
        after, term = query.get("address", ""), query.get("term", "")
        names = sorted(name for name in rows if name.startswith(term))
        if query.get("page") == "previous":
            names = [name for name in names if name < after][-limit:]
        elif query.get("page") == "last":
            names = names[-limit:]
        else:
            names = [name for name in names if name > after][:limit]
        base = f"{self._post.url(region_of(request))}/v3/{domain}/{kind}"
        edges = {"next": names[-1] if names else after, "previous": names[0] if names else after}
        paging = {
            "first": f"{base}?{urlencode({'limit': limit})}",
            "last": f"{base}?{urlencode({'page': 'last', 'limit': limit})}",
            **{
                name: f"{base}?{urlencode({'page': name, 'address': edge, 'limit': limit})}"
                for name, edge in edges.items()
            },
        }
        return JSONResponse({"items": [_shown(rows[name], kind) for name in names], "paging": paging})

    async def _add(self, request: Request) -> Response:
        domain, kind = _place(request)
        if request.headers.get("content-type", "").startswith("application/json"):
            posted: list[dict[str, Any]] = await request.json()
        else:
            form = await request.form()
            fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
            tags = [*form.getlist("tags"), *form.getlist("tag")]
            posted = [{**fields, **({"tags": tags} if tags else {})}]
        if len(posted) > 1000:
            raise RefusedError("Batch size should be less than 1000")
        rows = self._post.rows(domain, kind)
        for entry in posted:
            row = self._row(entry, kind)
            rows[row["address"]] = row
        if kind == "whitelists":
            only = next(iter(posted))
            value = only.get("domain") or only.get("address")
            text = "Address/Domain has been added to the allowlists table"
            return JSONResponse(
                {"message": text, "type": "domain" if only.get("domain") else "address", "value": value}
            )
        count = "1 address has" if len(posted) == 1 else f"{len(posted)} addresses have"
        return message(f"{count} been added to the {_TABLES[kind]} table")

    def _row(self, entry: Mapping[str, Any], kind: str) -> dict[str, Any]:
        name = str(entry.get("address") or (entry.get("domain") if kind == "whitelists" else "") or "").lower()
        if not name:
            raise RefusedError("Missing mandatory parameter: address")
        row: dict[str, Any] = {"address": name, "created_at": self._post.world.now()}
        if kind == "bounces":
            row |= {"code": str(entry.get("code") or 550), "error": str(entry.get("error") or "")}
        elif kind == "unsubscribes":
            row["tags"] = entry.get("tags") or ["*"]
        elif kind == "whitelists":
            row |= {"type": "domain" if entry.get("domain") else "address", "reason": entry.get("reason") or ""}
        return row

    async def _get(self, request: Request) -> Response:
        domain, kind = _place(request)
        row = self._post.rows(domain, kind).get(request.path_params["address"].lower())
        return message(_ABSENT[kind], 404) if row is None else JSONResponse(_shown(row, kind))

    async def _remove(self, request: Request) -> Response:
        domain, kind = _place(request)
        address = request.path_params["address"].lower()
        if self._post.rows(domain, kind).pop(address, None) is None:
            return message(_ABSENT[kind], 404)
        name = "value" if kind == "whitelists" else "address"
        return JSONResponse({"message": _REMOVED[kind], name: address})

    async def _clear(self, request: Request) -> Response:
        domain, kind = _place(request)
        self._post.rows(domain, kind).clear()
        return message(_REMOVED[kind])


def _place(request: Request) -> tuple[str, str]:
    domain = request.path_params["domain"]
    _, _, rest = request.scope["path"].partition(f"/v3/{domain}/")
    return domain, rest.partition("/")[0]


def _shown(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    # Python's own name of the zone is not the service's.
    when = datetime.fromtimestamp(row["created_at"], UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")
    if kind == "whitelists":
        return {"type": row["type"], "value": row["address"], "reason": row["reason"], "createdAt": when}
    return {**row, "created_at": when}


class WebhookRoutes:
    """Webhooks in all three generations."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        post, v3 = self._post, "/v3/domains/{domain}/webhooks"
        return [
            *routes(post, v3, self._list, "list_webhooks", "GET"),
            *routes(post, v3, self._create, "create_webhook", "POST"),
            *routes(post, f"{v3}/{{kind}}", self._one, "get_webhook", "GET"),
            *routes(post, f"{v3}/{{kind}}", self._update, "update_webhook", "PUT"),
            *routes(post, f"{v3}/{{kind}}", self._delete, "delete_webhook", "DELETE"),
            *routes(post, "/v4/domains/{domain}/webhooks", self._set_many, "set_webhooks", "POST", "PUT"),
            *routes(post, "/v4/domains/{domain}/webhooks", self._remove_urls, "remove_webhooks", "DELETE"),
            *routes(post, "/v1/webhooks", self._account_list, "list_account_webhooks", "GET"),
            *routes(post, "/v1/webhooks", self._account_create, "create_account_webhook", "POST"),
            *routes(post, "/v1/webhooks/{id}", self._account_one, "get_account_webhook", "GET"),
            *routes(post, "/v1/webhooks/{id}", self._account_delete, "delete_account_webhook", "DELETE"),
        ]

    def _of(self, request: Request) -> dict[str, list[str]]:
        return self._post.webhooks.setdefault(request.path_params["domain"], {})

    async def _list(self, request: Request) -> Response:
        return self._all(self._of(request))

    async def _create(self, request: Request) -> Response:
        form, hooks = await request.form(), self._of(request)
        kind, urls = _kind(form.get("id")), _urls(form.getlist("url"))
        if kind in hooks:
            raise RefusedError("Webhook already exists")
        hooks[kind] = urls
        return JSONResponse({"message": "Webhook has been created", "webhook": {"urls": urls}})

    async def _one(self, request: Request) -> Response:
        urls = self._of(request).get(request.path_params["kind"])
        return _NOT_FOUND if urls is None else JSONResponse({"webhook": {"urls": urls}})

    async def _update(self, request: Request) -> Response:
        hooks, kind = self._of(request), request.path_params["kind"]
        if kind not in hooks:
            return _NOT_FOUND
        hooks[kind] = _urls((await request.form()).getlist("url"))
        return JSONResponse({"message": "Webhook has been updated", "webhook": {"urls": hooks[kind]}})

    async def _delete(self, request: Request) -> Response:
        urls = self._of(request).pop(request.path_params["kind"], None)
        if urls is None:
            return _NOT_FOUND
        return JSONResponse({"message": "Webhook has been deleted", "webhook": {"urls": urls}})

    async def _set_many(self, request: Request) -> Response:
        form, hooks = await request.form(), self._of(request)
        (url,) = _urls([form.get("url")])
        for kind in (_kind(value) for value in form.getlist("event_types")):
            hooks[kind] = list(dict.fromkeys([*hooks.get(kind, []), url]))
        return self._all(hooks)

    async def _remove_urls(self, request: Request) -> Response:
        gone, hooks = request.query_params.get("url", "").split(","), self._of(request)
        for kind, urls in list(hooks.items()):
            hooks[kind] = [url for url in urls if url not in gone]
            if not hooks[kind]:
                del hooks[kind]
        return self._all(hooks)

    def _all(self, hooks: Mapping[str, list[str]]) -> Response:
        found = {kind: {"urls": hooks[kind]} if kind in hooks else None for kind in TYPES if kind != "rejected"}
        return JSONResponse({"webhooks": found})

    async def _account_list(self, request: Request) -> Response:
        del request
        return JSONResponse({"webhooks": list(self._post.account_webhooks.values())})

    async def _account_create(self, request: Request) -> Response:
        form = await request.form()
        (url,) = _urls([form.get("url")])
        hook_id = f"wh_{secrets.token_hex(8)}"
        self._post.account_webhooks[hook_id] = {
            "webhook_id": hook_id,
            "url": url,
            "event_types": [_kind(value) for value in form.getlist("event_types")],
            "description": str(form.get("description") or ""),
        }
        return JSONResponse({"webhook_id": hook_id})

    async def _account_one(self, request: Request) -> Response:
        hook = self._post.account_webhooks.get(request.path_params["id"])
        return _NOT_FOUND if hook is None else JSONResponse(hook)

    async def _account_delete(self, request: Request) -> Response:
        hook = self._post.account_webhooks.pop(request.path_params["id"], None)
        return _NOT_FOUND if hook is None else Response(status_code=204)


_NOT_FOUND = JSONResponse({"Description": "Webhook not found"}, 404)


def _kind(value: object) -> str:
    if value not in TYPES or value == "rejected":
        raise RefusedError("Invalid webhook type")
    return str(value)


def _urls(values: "list[Any]") -> list[str]:
    urls = [str(value) for value in values if value]
    if not 1 <= len(urls) <= 3:
        raise RefusedError("A webhook takes between 1 and 3 urls")
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise RefusedError(f"{url} is not a valid url")
    return urls


class DomainRoutes:
    """Domains, tracking, templates."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def routes(self) -> list[BaseRoute]:
        """Give them, and the answer to every path that the service does not know."""
        post = self._post
        templates = "/v3/{domain}/templates"
        return [
            *routes(post, "/v4/domains", self._list, "list_domains", "GET"),
            *routes(post, "/v3/domains", self._list, "list_domains", "GET"),
            *routes(post, "/v4/domains/{domain}", self._one, "get_domain", "GET"),
            *routes(post, "/v3/domains/{domain}", self._one, "get_domain", "GET"),
            *routes(post, "/v4/domains/{domain}/verify", self._verify, "verify_domain", "PUT"),
            *routes(post, "/v3/domains/{domain}/tracking", self._tracking, "get_tracking", "GET"),
            *routes(post, templates, self._templates, "list_templates", "GET"),
            *routes(post, templates, self._add_template, "create_template", "POST"),
            *routes(post, f"{templates}/{{name}}", self._template, "get_template", "GET"),
            *routes(post, f"{templates}/{{name}}", self._drop_template, "delete_template", "DELETE"),
            Route("/{rest:path}", _magnificent, name="", methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    async def _list(self, request: Request) -> Response:
        items = [_domain(name) for name, region in self._post.domains.items() if region == region_of(request)]
        return JSONResponse({"total_count": len(items), "items": items})

    async def _one(self, request: Request) -> Response:
        return JSONResponse(_whole_domain(request.path_params["domain"]))

    async def _verify(self, request: Request) -> Response:
        whole = _whole_domain(request.path_params["domain"])
        return JSONResponse({**whole, "message": "Domain DNS records have been updated"})

    async def _tracking(self, request: Request) -> Response:
        del request
        off = {"active": False}
        return JSONResponse({"tracking": {"open": off, "click": off, "unsubscribe": off}})

    async def _templates(self, request: Request) -> Response:
        domain = request.path_params["domain"]
        items = [{"name": name} for known, name in self._post.templates if known == domain]
        return JSONResponse({"items": items, "paging": {}})

    async def _add_template(self, request: Request) -> Response:
        form = await request.form()
        name = str(form.get("name") or "").lower()
        if not name:
            raise RefusedError("Missing mandatory parameter: name")
        self._post.templates[request.path_params["domain"], name] = str(form.get("template") or "")
        return JSONResponse({"message": "template has been stored", "template": {"name": name}})

    async def _template(self, request: Request) -> Response:
        key = (request.path_params["domain"], request.path_params["name"])
        if key not in self._post.templates:
            return message("template not found", 404)
        return JSONResponse({"template": {"name": key[1], "version": {"template": self._post.templates[key]}}})

    async def _drop_template(self, request: Request) -> Response:
        key = (request.path_params["domain"], request.path_params["name"])
        if self._post.templates.pop(key, None) is None:
            return message("template not found", 404)
        return JSONResponse({"message": "template has been deleted", "template": {"name": key[1]}})


async def _magnificent(request: Request) -> Response:
    # The real service greets whoever calls an unknown path, with a success: a client must not take it for one.
    del request
    return PlainTextResponse("Mailgun Magnificent API")


def _domain(name: str) -> dict[str, Any]:
    return {
        "id": name.replace(".", "-"),
        "name": name,
        "state": "active",
        "type": "custom",
        "created_at": "Wed, 25 Nov 2026 00:00:00 UTC",
        "web_prefix": "email",
    }


def _whole_domain(name: str) -> dict[str, Any]:
    more = {"require_tls": False, "spam_action": "disabled", "smtp_login": f"postmaster@{name}", "web_scheme": "https"}
    record = {"name": name, "record_type": "TXT", "value": "v=spf1 include:example.com ~all", "valid": "valid"}
    cached: list[str] = []
    records: list[dict[str, Any]] = [{**record, "is_active": True, "cached": cached}]
    return {"domain": {**_domain(name), **more}, "sending_dns_records": records, "receiving_dns_records": []}
