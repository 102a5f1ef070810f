"""How Stripe's API reads requests and says no: forms, errors, lists, expansion, search, idempotency."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

Json = dict[str, Any]

_PART = re.compile(r"\[([^\[\]]*)\]")


class RefusedError(Exception):
    """An error answer.

    Attributes:
        is_kept: whether the idempotency store repeats it: only what was refused during execution.
    """

    def __init__(self, status: int, message: str, *, is_kept: bool = False, **error: Any) -> None:
        self.status = status
        self.is_kept = is_kept
        self.error = {"message": message, "type": "invalid_request_error", **error}
        super().__init__(message)


def missing(name: str) -> RefusedError:
    """Refuse for a parameter that is not there."""
    return RefusedError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def no_such(what: str, object_id: str, *, param: str = "id") -> RefusedError:
    """Refuse for an object that is not there."""
    return RefusedError(404, f"No such {what}: '{object_id}'", code="resource_missing", param=param)


def read_form(text: str) -> Json:
    """Read `a[b]=1&c[0]=2&c[]=3` into nested values; all leaves are text."""
    root: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = name.partition("[")
        path = [head, *(_PART.findall(f"[{rest}") if rest else [])]
        target = root
        for step in path[:-1]:
            inner: Any = target.setdefault(step or str(len(target)), {})
            if not isinstance(inner, dict):
                raise RefusedError(400, "Invalid parameters", param=name)
            target = cast("Json", inner)
        target[path[-1] or str(len(target))] = value
    return {name: _lists(value) for name, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner: Json = {name: _lists(each) for name, each in cast("Json", value).items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner


def whole(params: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """Give a parameter that must be a whole number."""
    value = params.get(name)
    if value is None:
        if default is None:
            raise missing(name)
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
        raise RefusedError(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def flag(params: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """Give a parameter that must be true or false."""
    value = str(params.get(name, default)).lower()
    if value not in ("true", "false"):
        raise RefusedError(400, f"Invalid boolean: {value}", code="parameter_invalid_boolean", param=name)
    return value == "true"


def group(params: Mapping[str, Any], name: str) -> Json:
    """Give a parameter that must hold others."""
    value: Any = params.get(name) or {}
    if not isinstance(value, dict):
        raise RefusedError(400, "Invalid hash", param=name)
    return cast("Json", value)


def check_names(params: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse a parameter that the operation does not have."""
    unknown = sorted(set(params) - set(known) - {"expand", "key", "client_secret"})
    if unknown:
        name = unknown[0]
        raise RefusedError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def metadata_of(params: Mapping[str, Any], before: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the metadata that a request leaves: an empty value removes a name."""
    merged = {**(before or {}), **group(params, "metadata")}
    kept = {name: str(value) for name, value in merged.items() if value != ""}
    if len(kept) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in kept.items()):
        raise RefusedError(400, "Metadata has 50 keys of 40 characters and values of 500 at most.", param="metadata")
    return kept


def page_of(items: Sequence[Json], params: Mapping[str, Any], url: str) -> Json:
    """Give one page of a list that is sorted newest first."""
    limit = whole(params, "limit", 10)
    if not 1 <= limit <= 100:
        raise RefusedError(400, "This value must be between 1 and 100.", param="limit")
    ids = [item["id"] for item in items]
    chosen = list(items)
    after, before = params.get("starting_after"), params.get("ending_before")
    for cursor, name in ((after, "starting_after"), (before, "ending_before")):
        if cursor is not None and cursor not in ids:
            raise no_such("object", str(cursor), param=name)
    if after is not None:
        chosen = chosen[ids.index(after) + 1 :]
    elif before is not None:
        newer = chosen[: ids.index(before)]
        return {"object": "list", "data": newer[-limit:], "has_more": len(newer) > limit, "url": url}
    return {"object": "list", "data": chosen[:limit], "has_more": len(chosen) > limit, "url": url}


_TERM = re.compile(
    r"""\s*(?:metadata\[(?P<q>["'])(?P<key>(?:\\.|(?!(?P=q)).)*)(?P=q)\]|(?P<field>\w+))
        \s*(?P<op>:|>=|<=|>|<)\s*(?:(?P<vq>["'])(?P<value>(?:\\.|(?!(?P=vq)).)*)(?P=vq)|(?P<number>[0-9]+))\s*""",
    re.VERBOSE,
)
_SEARCHABLE = frozenset({"amount", "created", "currency", "status"})


def search(items: Sequence[Json], params: Mapping[str, Any], url: str) -> Json:
    """Give one page of what fits a query of `AND`ed terms over metadata and a few fields."""
    query = params.get("query")
    if not query:
        raise missing("query")
    terms = _terms(str(query))
    found = [item for item in items if all(_fits(item, term) for term in terms)]
    limit, start = whole(params, "limit", 10), whole(params, "page", 0)
    rest = len(found) > start + limit
    return {
        "object": "search_result",
        "data": found[start : start + limit],
        "has_more": rest,
        "next_page": str(start + limit) if rest else None,
        "url": url,
    }


def _terms(query: str) -> list[re.Match[str]]:
    terms: list[re.Match[str]] = []
    position = 0
    while True:
        term = _TERM.match(query, position)
        if term is None or (term["field"] and term["field"] not in _SEARCHABLE):
            raise RefusedError(400, "We were unable to parse your search query.", param="query")
        terms.append(term)
        position = term.end()
        if position == len(query):
            return terms
        if not query[position:].upper().startswith("AND "):
            raise RefusedError(400, "We were unable to parse your search query.", param="query")
        position += 4


def _fits(item: Json, term: re.Match[str]) -> bool:
    wanted = re.sub(r"\\(.)", r"\1", term["value"]) if term["value"] is not None else term["number"]
    if term["field"] is None:
        held: dict[str, str] = item["metadata"]
        return held.get(re.sub(r"\\(.)", r"\1", term["key"])) == wanted
    value = item[term["field"]]
    if term["op"] == ":":
        return str(value).lower() == wanted.lower()
    compare: dict[str, Callable[[int, int], bool]] = {
        ">": int.__gt__,
        "<": int.__lt__,
        ">=": int.__ge__,
        "<=": int.__le__,
    }
    return compare[term["op"]](int(value), int(wanted))


def expand(value: Json, paths: Sequence[str], find: Callable[[str, str], Any]) -> Json:
    """Replace ids by the objects that they name.

    Args:
        find: gives what a field of an object names, by field name and id; KeyError when it names nothing.
    """
    copied: Json = _copy(value)
    for path in paths:
        steps = path.split(".")
        if len(steps) > 5:
            raise RefusedError(400, "You cannot expand more than 4 levels of a property.", param="expand")
        _expand(copied, steps, path, find)
    return copied


def _expand(value: Json, steps: list[str], path: str, find: Callable[[str, str], Any]) -> None:
    name, *deeper = steps
    targets: list[Any] = value["data"] if name == "data" and isinstance(value.get("data"), list) else []
    if name != "data":
        targets = [_open(value, name, path, find)]
    for target in targets:
        if deeper and isinstance(target, dict):
            _expand(target, deeper, path, find)  # pyright: ignore[reportUnknownArgumentType]


def _open(value: Json, name: str, path: str, find: Callable[[str, str], Any]) -> Any:
    inner = value.get(name)
    if inner is None and name in value:
        return None
    if isinstance(inner, dict):
        return inner  # pyright: ignore[reportUnknownVariableType]
    try:
        value[name] = _copy(find(name, str(inner if inner is not None else value["id"])))
    except KeyError:
        raise RefusedError(400, f"This property cannot be expanded ({path}).", param="expand") from None
    return value[name]


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return [_copy(each) for each in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


@dataclass(slots=True)
class Kept:
    """The first answer to an idempotency key."""

    fingerprint: str
    status: int
    body: bytes
    request_id: str
    until: float


@dataclass(slots=True)
class Idempotency:
    """First answers by key, for a day.

    Attributes:
        busy: how many requests with a key are still answered as if another one with it were running.
    """

    kept: dict[str, Kept] = field(default_factory=dict[str, Kept])
    busy: int = 0

    def find(self, key: str, fingerprint: str, now: float) -> Kept | None:
        """Give the first answer, if there was one."""
        if self.busy > 0:
            self.busy -= 1
            raise RefusedError(
                409,
                "There is currently another in-progress request using this Idempotency Key.",
                code="idempotency_key_in_use",
            )
        found = self.kept.get(key)
        if found is None or found.until <= now:
            return None
        if found.fingerprint != fingerprint:
            raise RefusedError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                type="idempotency_error",
            )
        return found

    def keep(self, key: str, fingerprint: str, *, status: int, body: bytes, request_id: str, now: float) -> None:
        """Remember the first answer, and forget those that are older than a day."""
        self.kept = {each: held for each, held in self.kept.items() if held.until > now}
        self.kept[key] = Kept(fingerprint, status, body, request_id, now + 24 * 3600)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Say which request it is."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()
