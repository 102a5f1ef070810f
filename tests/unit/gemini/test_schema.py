"""Schemas of pydantic models, as the service takes them."""

import json
from enum import Enum
from typing import Annotated, Literal

import pytest
from annotated_types import MinLen
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from ace_integrations.errors import InvalidInputError
from ace_integrations.gemini import to_answer_schema
from ace_integrations.gemini.sandbox.schema import check_json_schema, instance

KNOWN = {
    "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum",
    "maximum", "anyOf", "properties", "additionalProperties", "required",
}  # fmt: skip


class Kind(Enum):
    COURSE = "course"
    BOOK = "book"


class Resource(BaseModel):
    title: Annotated[str, MinLen(1)] = Field(examples=["SQL"])
    kind: Kind
    source: Literal["platform"] = "platform"


class Path(BaseModel):
    """What to learn."""

    weeks: int = Field(gt=0, le=26)
    resources: list[Resource] = Field(min_length=1, max_length=4)
    best: Resource | None = None
    by_skill: dict[str, Resource] = {}
    span: tuple[int, str]
    note: Annotated[str, Field(pattern="^[a-z]+$")]


class Tree(BaseModel):
    below: list["Tree"] = []


class Dog(BaseModel):
    kind: Literal["dog"]


class Cat(BaseModel):
    kind: Literal["cat"]


class Pet(BaseModel):
    pet: Annotated[Dog | Cat, Field(discriminator="kind")]


def keywords(schema):
    """Give every keyword, at any depth."""
    found = set(schema)
    below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("prefixItems", ())]
    for name in ("items", "additionalProperties"):
        below += [schema[name]] if isinstance(schema.get(name), dict) else []
    return found.union(*map(keywords, below))


@pytest.mark.parametrize("model", [Path, Resource, Pet])
def test_only_keywords_that_the_service_knows_are_left(model):
    written = to_answer_schema(model.model_json_schema())
    assert keywords(written) <= KNOWN
    check_json_schema(written)


@pytest.mark.parametrize("model", [Path, Resource, Pet])
def test_what_fits_the_written_schema_has_the_models_form(model):
    value = instance(to_answer_schema(model.model_json_schema()))
    assert set(value) >= {name for name, about in model.model_fields.items() if about.is_required()}


def test_references_are_written_out_where_they_stand():
    written = to_answer_schema(Path.model_json_schema())
    resource = to_answer_schema(Resource.model_json_schema())
    assert written["properties"]["resources"]["items"] == resource
    assert written["properties"]["best"]["anyOf"] == [resource, {"type": "null"}]
    assert written["properties"]["by_skill"]["additionalProperties"] == resource


def test_what_the_service_does_not_know_is_left_out_and_a_constant_is_a_choice_of_one():
    assert to_answer_schema(Resource.model_json_schema()) == {
        "type": "object",
        "title": "Resource",
        "properties": {
            "title": {"type": "string", "title": "Title"},
            "kind": {"type": "string", "title": "Kind", "enum": ["course", "book"]},
            "source": {"type": "string", "title": "Source", "enum": ["platform"]},
        },
        "required": ["title", "kind"],
    }


def test_bounds_that_it_knows_are_kept():
    written = to_answer_schema(Path.model_json_schema())["properties"]
    assert written["weeks"] == {"type": "integer", "title": "Weeks", "maximum": 26}
    assert (written["resources"]["minItems"], written["resources"]["maxItems"]) == (1, 4)
    assert [one["type"] for one in written["span"]["prefixItems"]] == ["integer", "string"]


def test_what_is_required_stands_in_the_order_of_the_properties():
    schema = {"type": "object", "required": ["score", "gone", "evidence"], "properties": {"evidence": {}, "score": {}}}
    assert to_answer_schema(schema)["required"] == ["evidence", "score"]


def test_choices_of_either_name_and_several_types_are_choices():
    assert to_answer_schema({"oneOf": [{"type": "string"}]}) == {"anyOf": [{"type": "string"}]}
    assert to_answer_schema({"type": ["string", "null"], "title": "x"}) == {
        "anyOf": [{"type": "string", "title": "x"}, {"type": "null", "title": "x"}]
    }


def test_a_schema_that_allows_everything_is_an_empty_one():
    assert to_answer_schema({"items": True})["items"] == {}
    assert to_answer_schema({"additionalProperties": False})["additionalProperties"] is False


def test_what_stands_beside_a_reference_outranks_it():
    schema = {
        "$defs": {"R": {"type": "object", "title": "R", "properties": {"a": {"type": "string"}}}},
        "properties": {
            "one": {"$ref": "#/$defs/R", "description": "the first", "default": None},
            "other": {"allOf": [{"$ref": "#/$defs/R"}], "title": "Other"},
        },
    }
    held = to_answer_schema(schema)["properties"]
    assert (held["one"]["title"], held["one"]["description"]) == ("R", "the first")
    assert (held["other"]["title"], held["other"]["type"]) == ("Other", "object")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (Tree.model_json_schema(), "Tree holds itself"),
        ({"$ref": "#/$defs/Gone"}, "leads nowhere"),
        ({"$ref": "https://example.com/schema"}, "leads nowhere"),
    ],
)
def test_a_schema_that_cannot_be_written_out_is_refused_before_anything_is_sent(schema, text):
    with pytest.raises(InvalidInputError, match=text) as caught:
        to_answer_schema(schema)
    assert caught.value.field == "json_schema"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_it_changes_nothing_that_it_is_given(extra):
    schema = {**Path.model_json_schema(), "x-extra": extra}
    before = json.dumps(schema)
    assert "x-extra" not in to_answer_schema(schema)
    assert json.dumps(schema) == before
