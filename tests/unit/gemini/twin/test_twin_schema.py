"""The walker of schemas: whatever the schema, what it gives is valid, and as near to the wish as the schema allows."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.gemini.sandbox.protojson import ENUMS, MESSAGES
from ace_integrations.gemini.sandbox.refusals import RefusedError
from ace_integrations.gemini.sandbox.schema import as_json_schema, check_json_schema, instance

NAMES = st.sampled_from(["skill", "level", "weeks", "note", "title"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def bounds(low, high, values):
    """Draw none, one or both of two bounds that leave room."""
    pair = st.tuples(values, values).map(sorted)
    return pair.flatmap(lambda two: st.sampled_from([{}, {low: two[0]}, {high: two[1]}, {low: two[0], high: two[1]}]))


LEAVES = st.one_of(
    st.just({}),
    st.just({"type": "null"}),
    st.just({"type": "boolean"}),
    bounds("minimum", "maximum", st.integers(-50, 50)).map(lambda more: {"type": "integer", **more}),
    bounds("minimum", "maximum", st.floats(-50, 50)).map(lambda more: {"type": "number", **more}),
    bounds("minLength", "maxLength", st.integers(0, 30)).map(lambda more: {"type": "string", **more}),
    st.lists(st.text(max_size=5), min_size=1, max_size=4, unique=True).map(lambda words: {"enum": words}),
    st.sampled_from(["date-time", "date", "time", "uuid"]).map(lambda form: {"type": "string", "format": form}),
    st.lists(st.sampled_from(["string", "null"]), min_size=1, unique=True).map(lambda kinds: {"type": kinds}),
)


def grown(inner):
    properties = st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    objects = properties.flatmap(
        lambda held: st.lists(st.sampled_from(sorted(held)), unique=True).map(
            lambda required: {"type": "object", "properties": held, "required": required, "additionalProperties": False}
        )
    )
    arrays = st.tuples(inner, bounds("minItems", "maxItems", st.integers(0, 4))).map(
        lambda two: {"type": "array", "items": two[0], **two[1]}
    )
    tuples = st.lists(inner, min_size=1, max_size=3).map(
        lambda held: {"type": "array", "prefixItems": held, "items": {"type": "string"}}
    )
    branches = st.lists(inner, min_size=1, max_size=3).map(lambda held: {"anyOf": held})
    maps = inner.map(lambda held: {"type": "object", "additionalProperties": held})
    return objects | arrays | tuples | branches | maps


SCHEMAS = st.recursive(LEAVES, grown, max_leaves=12)


def check(value, schema):
    kind = jsonschema.Draft202012Validator
    kind(schema, format_checker=kind.FORMAT_CHECKER).validate(value)


@given(schema=SCHEMAS, wish=JSON, seed=st.text(max_size=3))
def test_an_instance_is_valid_whatever_is_wished(schema, wish, seed):
    check(instance(schema, wish=wish, seed=seed), schema)


@given(wish=st.text(min_size=1))
def test_where_everything_is_allowed_a_text_is_as_wished(wish):
    assert instance({}, wish=wish) == wish


@given(schema=SCHEMAS, seed=st.text(max_size=3))
def test_the_same_seed_gives_the_same(schema, seed):
    assert instance(schema, seed=seed) == instance(schema, seed=seed)


def test_what_is_required_stands_first():
    properties = {name: {"type": "string"} for name in ("a", "b", "c")}
    assert list(instance({"properties": properties, "required": ["c", "b"]})) == ["c", "b", "a"]


def test_lists_have_two_items_unless_bounds_say_otherwise():
    items = {"type": "array", "items": {"type": "integer"}}
    lengths = [len(instance({**items, **more})) for more in ({}, {"minItems": 3}, {"maxItems": 1}, {"maxItems": 0})]
    assert lengths == [2, 3, 1, 0]


def test_references_are_followed_and_recursion_ends_where_it_may():
    schema = {
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                    "next": {"$ref": "#/$defs/Node"},
                },
                "required": ["name", "children"],
            }
        },
        "$ref": "#/$defs/Node",
    }
    check_json_schema(schema)
    check(instance(schema), schema)


@pytest.mark.parametrize(
    ("wish", "number"), [({"n": 2}, 2), ({"n": None}, None), ({"n": "2"}, 3), ({}, 3), ("n", 3), (None, 3)]
)
def test_a_wish_is_used_only_where_it_fits(wish, number):
    schema = {
        "type": "object",
        "properties": {"n": {"anyOf": [{"type": "integer", "minimum": 2, "maximum": 3}, {"type": "null"}]}},
        "required": ["n"],
    }
    value = instance(schema, wish=wish)
    assert value == {"n": number}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 0.2, "maximum": 0.8},
        {"type": "string", "minLength": 2, "maxLength": 1},
        {"properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"type": "array", "items": {"$ref": "#"}, "minItems": 1},
    ],
)
def test_a_schema_without_an_instance_is_refused(schema):
    with pytest.raises(RefusedError):
        instance(schema)


TYPES = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "NULL"]
OWN = st.recursive(
    st.builds(lambda kind, nullable: {"type": kind, "nullable": nullable}, st.sampled_from(TYPES), st.booleans()),
    lambda inner: st.one_of(
        st.builds(lambda held: {"type": "ARRAY", "items": held, "minItems": 1}, inner),
        st.builds(
            lambda held: {"type": "OBJECT", "properties": held, "required": sorted(held), "nullable": True},
            st.dictionaries(NAMES, inner, min_size=1, max_size=3),
        ),
        st.builds(lambda held: {"anyOf": held}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=8,
)


@given(schema=OWN)
def test_the_services_own_dialect_means_the_same(schema):
    written = as_json_schema(schema)
    check(instance(written), written)
    assert "nullable" not in str(written)


def test_the_table_of_messages_names_only_what_it_has():
    scalars = {"string", "bool", "int", "number", "bytes", "object", "any"}
    kinds = {kind.strip("[]{}") for fields in MESSAGES.values() for kind in fields.values()}
    assert kinds - scalars == {*ENUMS, *MESSAGES} - {"CountTokensRequest"}
