"""A pydantic model's JSON schema as the service takes it: without references, and without words that it refuses.

Source: gemini.md §4.5
"""

from collections.abc import Mapping
from typing import Any, cast

from ace_integrations.errors import InvalidInputError

Json = Mapping[str, Any]

_PLAIN = frozenset(
    {"type", "format", "title", "description", "enum", "minItems", "maxItems", "minimum", "maximum", "required"}
)
"""Keywords that are sent as they are. All that is named nowhere in this module is left out."""


def to_answer_schema(schema: Json) -> dict[str, Any]:
    """Write a JSON schema in the service's subset of it.

    Definitions stand where they are referred to; `const` is an `enum` of one; `required` is in the order of the
    properties, since the answer is written in that order. Bounds that the service does not know (`pattern`,
    `minLength`, `exclusiveMinimum` and others) are left out: who reads the answer checks them.

    Raises:
        InvalidInputError: it refers to itself, or to nothing.
    """
    return _Writer(schema).written(schema, ())


class _Writer:
    def __init__(self, root: Json) -> None:
        self._root = root

    def written(self, schema: object, inside: tuple[str, ...]) -> dict[str, Any]:
        """Write one schema.

        Args:
            inside: the references that led here.
        """
        if not isinstance(schema, Mapping):
            # `true` allows everything, as an empty schema does.
            return {}
        given = cast("Json", schema)
        reference = given.get("$ref")
        if reference is not None:
            return self._referred(str(reference), given, inside)
        kinds = given.get("type")
        if isinstance(kinds, list):
            choices = [{**given, "type": kind} for kind in cast("list[str]", kinds)]
            return {"anyOf": [self.written(choice, inside) for choice in choices]}
        found = {name: value for name, value in given.items() if name in _PLAIN}
        if "const" in given:
            found["enum"] = [given["const"]]
        found |= self._structure(given, inside)
        return self._merged(found, given, inside)

    def _structure(self, given: Json, inside: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        properties = given.get("properties")
        if isinstance(properties, Mapping):
            held = cast("Json", properties)
            found["properties"] = {name: self.written(inner, inside) for name, inner in held.items()}
            required = given.get("required", ())
            found["required"] = [name for name in held if name in required]
        if "items" in given:
            found["items"] = self.written(given["items"], inside)
        if "prefixItems" in given:
            found["prefixItems"] = [self.written(inner, inside) for inner in given["prefixItems"]]
        choices = given.get("anyOf", given.get("oneOf"))
        if choices is not None:
            found["anyOf"] = [self.written(inner, inside) for inner in choices]
        more = given.get("additionalProperties")
        if more is not None:
            found["additionalProperties"] = more if isinstance(more, bool) else self.written(more, inside)
        return found

    def _merged(self, found: dict[str, Any], given: Json, inside: tuple[str, ...]) -> dict[str, Any]:
        """Put in what `allOf` adds; what stands beside it is said of the place, so it wins."""
        for inner in given.get("allOf", ()):
            found = {**self.written(inner, inside), **found}
        return found

    def _referred(self, reference: str, given: Json, inside: tuple[str, ...]) -> dict[str, Any]:
        if reference in inside:
            name = reference.rpartition("/")[2]
            raise InvalidInputError(f"{name} holds itself, which the service does not take", field="json_schema")
        target = self.written(self._at(reference), (*inside, reference))
        beside = self.written({name: value for name, value in given.items() if name != "$ref"}, inside)
        return {**target, **beside}

    def _at(self, reference: str) -> Json:
        found: Json = self._root if reference.startswith("#") else {}
        for step in reference[1:].split("/")[1:]:
            inner = found.get(step.replace("~1", "/").replace("~0", "~"))
            found = cast("Json", inner) if isinstance(inner, Mapping) else {}
        if not found:
            raise InvalidInputError(f"{reference} leads nowhere", field="json_schema")
        return found
