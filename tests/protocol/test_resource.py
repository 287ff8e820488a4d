"""A resource is text until somebody looks into it, and then a mapping."""

from __future__ import annotations

import orjson
import pytest

from scim_app.protocol.resource import Resource, as_text

DOCUMENT = '{"schemas":["urn:a"],"userName":"ada ] \\" é"}'
META = 1, "2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.000007Z", "https://scim.example/Users/7"
SHOWN = {
    "resourceType": "User",
    "created": "2026-01-02T03:04:05.000006Z",
    "lastModified": "2026-01-02T03:04:05.000007Z",
    "location": "https://scim.example/Users/7",
    "version": 'W/"1"',
}


def ada() -> Resource:
    return Resource.of("User", "7", DOCUMENT, "", *META)


def test_the_id_stands_behind_the_schemas_and_meta_at_the_end() -> None:
    assert ada().text == f'{{"schemas":["urn:a"],"id":"7","userName":"ada ] \\" é","meta":{as_text(SHOWN)}}}'


def test_it_is_the_mapping_that_its_text_says() -> None:
    resource = Resource.of("User", "7", DOCUMENT, '"groups":[{"value":"1"}]', *META)
    said = {"schemas": ["urn:a"], "id": "7", "userName": 'ada ] " é', "groups": [{"value": "1"}], "meta": SHOWN}
    assert resource == said and list(resource) == list(said) and len(resource) == 5
    assert orjson.loads(resource.text) == said


def test_a_document_that_has_nothing_but_schemas_is_a_resource_too() -> None:
    assert Resource.of("User", "7", '{"schemas":["urn:a"]}', "", *META) == {
        "schemas": ["urn:a"],
        "id": "7",
        "meta": SHOWN,
    }


def test_what_is_known_of_it_without_looking_into_it_is_what_it_says() -> None:
    resource = ada()
    assert (resource.id, resource.kind) == (resource["id"], resource["meta"]["resourceType"])
    assert (resource.location, resource.version) == (SHOWN["location"], SHOWN["version"])


def test_it_stands_in_json_as_it_is() -> None:
    assert as_text({"Resources": [ada()]}) == f'{{"Resources":[{ada().text}]}}'
    with pytest.raises(TypeError):
        as_text({"Resources": [object()]})
