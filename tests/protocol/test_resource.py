"""A resource is text until somebody looks into it, and then a mapping."""

from __future__ import annotations

import orjson
import pytest

from scim_app.protocol.resource import Resource, as_text

DOCUMENT = '{"schemas":["urn:a"],"userName":"ada ] \\" é"}'
META = {"version": 'W/"1"'}


def ada() -> Resource:
    return Resource.of("User", "7", DOCUMENT, {}, META)


def test_the_id_stands_behind_the_schemas_and_meta_at_the_end() -> None:
    assert ada().text == '{"schemas":["urn:a"],"id":"7","userName":"ada ] \\" é","meta":{"version":"W/\\"1\\""}}'


def test_it_is_the_mapping_that_its_text_says() -> None:
    resource = Resource.of("User", "7", DOCUMENT, {"groups": [{"value": "1"}]}, META)
    said = {"schemas": ["urn:a"], "id": "7", "userName": 'ada ] " é', "groups": [{"value": "1"}], "meta": META}
    assert resource == said and list(resource) == list(said) and len(resource) == 5
    assert orjson.loads(resource.text) == said


def test_a_document_that_has_nothing_but_schemas_is_a_resource_too() -> None:
    assert Resource.of("User", "7", '{"schemas":["urn:a"]}', {}, META) == {"schemas": ["urn:a"], "id": "7", "meta": META}


def test_what_it_lacks_can_be_added_and_the_first_stays_as_it_was() -> None:
    first = ada()
    assert first.also({"members": []})["members"] == []
    assert "members" not in first
    assert first.also({}) is first


def test_it_stands_in_json_as_it_is() -> None:
    assert as_text({"Resources": [ada()]}) == f'{{"Resources":[{ada().text}]}}'
    with pytest.raises(TypeError):
        as_text({"Resources": [object()]})
