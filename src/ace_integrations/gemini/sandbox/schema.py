"""A valid instance of any schema that the API takes, as near to a wish as the schema allows."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ace_integrations.gemini.sandbox.json_value import Json, as_list, as_object
from ace_integrations.gemini.sandbox.refusals import bad

_UNSAID: Any = object()
"""No wish: null is one."""
_LIST_LENGTH = 2
_OPTIONAL_DEPTH = 3
"""Below it only what is required is written, so that a recursive schema ends."""
_DEEPEST = 40

_FORMATS: Mapping[str, str] = {
    "date-time": "2026-11-25T09:30:00Z",
    "date": "2026-11-25",
    "time": "09:30:00Z",
    "duration": "P2W",
    "email": "lina@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "uri": "https://example.com/page",
    "uuid": "7f1c0f6e-3c51-4a0e-9d7e-2f8d3b1a5c42",
}
_WORDS = ("clear", "practical", "steady", "careful", "thorough", "simple", "useful", "focused")
_LISTED = {"list": "array", "dict": "object", "str": "string", "bool": "boolean", "NoneType": "null"}


def as_json_schema(schema: Json) -> Json:
    """Write the API's own dialect, of upper-case types and `nullable`, as JSON Schema."""
    found = {name: value for name, value in schema.items() if name not in ("nullable", "type", "default", "example")}
    if schema.get("type", "TYPE_UNSPECIFIED") != "TYPE_UNSPECIFIED":
        found["type"] = schema["type"].lower()
    if "items" in schema:
        found["items"] = as_json_schema(schema["items"])
    if "anyOf" in schema:
        found["anyOf"] = [as_json_schema(one) for one in schema["anyOf"]]
    if "properties" in schema:
        found["properties"] = {name: as_json_schema(one) for name, one in schema["properties"].items()}
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found


def check_own_dialect(schema: Json, path: str) -> None:
    """Check a `responseSchema` beyond its fields.

    Raises:
        RefusedError: a list says nothing of its items, or an object has no properties.
    """
    place = f"* GenerateContentRequest.{path}"
    if schema.get("type") == "ARRAY" and "items" not in schema:
        raise bad(f"{place}.items: missing field.")
    if schema.get("type") == "OBJECT" and not schema.get("properties"):
        raise bad(f"{place}.properties: should be non-empty for OBJECT type")
    if "items" in schema:
        check_own_dialect(schema["items"], f"{path}.items")
    for at, one in enumerate(schema.get("anyOf", ())):
        check_own_dialect(one, f"{path}.any_of[{at}]")
    for name, one in schema.get("properties", {}).items():
        check_own_dialect(one, f"{path}.properties[{name}]")


def check_json_schema(root: Any) -> None:
    """Check a `responseJsonSchema`.

    Raises:
        RefusedError: it is no object, a reference leads nowhere, or stands beside other keywords.
    """
    held = as_object(root)
    if held is None:
        raise bad("response_json_schema must be a JSON object.")
    for schema in _references(held):
        beside = [name for name in schema if not name.startswith("$")]
        if beside:
            raise bad(f"response_json_schema: {beside[0]} may not stand beside $ref.")
        _resolved(held, schema)


def _references(value: object) -> Iterator[Json]:
    held = as_object(value)
    if held is not None and isinstance(held.get("$ref"), str):
        yield held
    for inner in held.values() if held is not None else as_list(value) or ():
        yield from _references(inner)


def _resolved(root: Json, given: object) -> Json:
    """Give the schema that stands there or is referred to, checked; what is none, as true, allows everything."""
    schema = as_object(given) or {}
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            _check(schema)
            return schema
        found = _at(root, reference)
        if found is None:
            raise bad(f"response_json_schema: {reference} leads nowhere.")
        schema = found
    raise bad(f"response_json_schema: {schema['$ref']} leads to itself.")


def _at(root: Json, reference: str) -> Json | None:
    if not reference.startswith("#"):
        return None
    found: Json | None = root
    for step in reference[1:].split("/")[1:]:
        found = as_object((found or {}).get(step.replace("~1", "/").replace("~0", "~")))
    return found


def instance(schema: Json, *, wish: Any = None, seed: str = "") -> Any:
    """Give a value that a JSON schema allows.

    What is required stands first, in that order. Keywords that the API does not know, as `pattern` in JSON Schema, are
    not looked at.

    Args:
        wish: used wherever the schema allows it; None for no wish. Within it, null is wished for where it stands.
        seed: another one gives other choices.

    Raises:
        RefusedError: nothing is allowed: bounds cross, or what is required never ends.
    """
    return _Walk(schema, seed).value(schema, _UNSAID if wish is None else wish, "$", 0)


class _Walk:
    """Walks one schema."""

    def __init__(self, root: Json, seed: str) -> None:
        self._root = root
        self._seed = seed

    def value(self, given: object, wish: Any, path: str, depth: int) -> Any:
        if depth > _DEEPEST:
            raise bad("The schema has no end: what is required needs itself.")
        schema = _resolved(self._root, given)
        branches: list[Any] = schema.get("anyOf") or schema.get("oneOf") or []
        if branches:
            rest = {name: value for name, value in schema.items() if name not in ("anyOf", "oneOf")}
            branch = self._branch(branches, wish)
            return self.value(rest | branch, wish, path, depth + 1)
        if "enum" in schema:
            return self._chosen(schema["enum"], wish, path)
        return self._typed(_type(schema, wish), schema, wish, path, depth)

    def _branch(self, branches: Sequence[Any], wish: Any) -> Json:
        found = [_resolved(self._root, one) for one in branches]
        # The first, unless the wish fits another.
        fitting = [one for one in found if wish is not _UNSAID and _fits(one, wish)]
        return (fitting or found)[0]

    def _chosen(self, values: Sequence[Any], wish: Any, path: str) -> Any:
        return wish if wish in values else values[self._pick(path, len(values))]

    def _typed(self, kind: str, schema: Json, wish: Any, path: str, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, wish, path, depth)
            case "array":
                return self._array(schema, wish, path, depth)
            case "integer" | "number":
                return self._number(schema, wish, path, whole=kind == "integer")
            case "boolean":
                return wish if isinstance(wish, bool) else bool(self._pick(path, 2))
            case "null":
                return None
            case _:
                return self._string(schema, wish, path)

    def _object(self, schema: Json, wish: Any, path: str, depth: int) -> Json:
        wished = as_object(wish) or {}
        properties: Json = schema.get("properties", {})
        required: list[str] = schema.get("required", [])
        order = [*schema.get("propertyOrdering", []), *required, *properties]
        names = [
            name
            for name in dict.fromkeys(order)
            if name in required or (name in properties and (name in wished or depth < _OPTIONAL_DEPTH))
        ]
        found = {
            name: self.value(properties.get(name, {}), wished.get(name, _UNSAID), f"{path}.{name}", depth + 1)
            for name in names
        }
        return found or self._map(schema, wished, path, depth)

    def _map(self, schema: Json, wished: Json, path: str, depth: int) -> Json:
        """Fill an object that names no properties, where it says what its values are."""
        inner = as_object(schema.get("additionalProperties"))
        names = list(wished) or ["first"]
        if inner is None or schema.get("properties") or depth >= _OPTIONAL_DEPTH:
            return {}
        return {name: self.value(inner, wished.get(name, _UNSAID), f"{path}.{name}", depth + 1) for name in names}

    def _array(self, schema: Json, wish: Any, path: str, depth: int) -> list[Any]:
        prefix: list[Any] = schema.get("prefixItems", [])
        wished = as_list(wish) or []
        least, most = _bounds(schema, "minItems", "maxItems", 0)
        usual = len(wished) if isinstance(wish, list) else max(_LIST_LENGTH, len(prefix))
        length = min(max(usual if depth < 2 * _OPTIONAL_DEPTH else 0, least), most)
        return [
            self.value(
                prefix[at] if at < len(prefix) else schema.get("items", {}),
                wished[at] if at < len(wished) else _UNSAID,
                f"{path}[{at}]",
                depth + 1,
            )
            for at in range(int(length))
        ]

    def _number(self, schema: Json, wish: Any, path: str, *, whole: bool) -> float | int:
        least, most = _bounds(schema, "minimum", "maximum", -math.inf)
        if whole:
            least, most = _whole_bounds(least, most)
        if least > most:
            raise bad("The schema allows no number: its bounds cross.")
        if _is_number(wish) and (not whole or float(wish).is_integer()):
            held = min(max(wish, least), most)
        elif least > -math.inf:
            held = min(least + self._pick(path, 5), most)
        else:
            held = min(self._pick(path, 10), most)
        return int(held) if whole else held

    def _string(self, schema: Json, wish: Any, path: str) -> str:
        least, most = _bounds(schema, "minLength", "maxLength", 0)
        written = _FORMATS.get(schema.get("format", ""), "")
        text = wish if isinstance(wish, str) and not written else written
        if not text:
            name = str(schema.get("title") or path.rpartition(".")[2].partition("[")[0].strip("$") or "text")
            text = f"{name.replace('_', ' ')}: {_WORDS[self._pick(path, len(_WORDS))]}"
        text = text + " and so on" * math.ceil(max(0, least - len(text)) / 10)
        return text if most == math.inf else text[: int(most)]

    def _pick(self, path: str, count: int) -> int:
        digest = hashlib.sha256(f"{self._seed}\n{path}".encode()).digest()
        return int.from_bytes(digest[:4]) % count


def _check(schema: Json) -> None:
    """Refuse a schema whose keywords have values of another kind than they should."""
    for name, is_right in _KINDS.items():
        if name in schema and not is_right(schema[name]):
            raise bad(f"The schema's {name} is not what it should be.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_type(value: object) -> bool:
    named = as_list(value)
    return value in _TYPES if named is None else bool(named) and all(one in _TYPES for one in named)


def _are_names(value: object) -> bool:
    return all(isinstance(one, str) for one in as_list(value) or [None])


_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_KINDS: Mapping[str, Callable[[object], bool]] = {
    "type": _is_type,
    "properties": lambda value: as_object(value) is not None,
    "required": lambda value: value == [] or _are_names(value),
    "propertyOrdering": lambda value: value == [] or _are_names(value),
    "prefixItems": lambda value: as_list(value) is not None,
    **dict.fromkeys(("enum", "anyOf", "oneOf"), lambda value: bool(as_list(value))),
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"), _is_number),
}


def _bounds(schema: Json, low: str, high: str, default: float) -> tuple[float, float]:
    least, most = schema.get(low, default), schema.get(high, math.inf)
    if least > most:
        raise bad(f"The schema allows nothing: {low} is above {high}.")
    return least, most


def _whole_bounds(least: float, most: float) -> tuple[float, float]:
    return (least if least == -math.inf else math.ceil(least)), (most if most == math.inf else math.floor(most))


def _type(schema: Json, wish: Any) -> str:
    named = schema.get("type")
    kinds: list[str] | None = as_list(named)
    if kinds:
        return next((kind for kind in kinds if wish is not _UNSAID and _is(kind, wish)), kinds[0])
    if isinstance(named, str):
        return named
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def _fits(schema: Json, wish: Any) -> bool:
    if "enum" in schema:
        return wish in schema["enum"]
    return _is(_type(schema, wish), wish)


def _is(kind: str, wish: Any) -> bool:
    if kind in ("integer", "number"):
        return _is_number(wish)
    return _LISTED.get(type(wish).__name__) == kind
