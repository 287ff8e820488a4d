"""Every quirk says what it means, who has it and where it was seen, and a recorded conversation fails without it."""

from __future__ import annotations

from typing import Any

import pytest

from scim_app.protocol import dialects
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.grammar import parse_filter, parse_target
from tests.conversations.replay import HERE, replay

USER, GROUP = Catalog()["User"], Catalog()["Group"]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
REGISTRIES = {name: found for name, found in vars(dialects).items() if name.isupper() and isinstance(found, dict)}
QUIRKS = [(registry, name) for registry, quirks in REGISTRIES.items() for name in quirks]

NEEDED_BY = {
    ("VALUES", "booleans_as_text"): "entra/disable-and-restore",
    ("VALUES", "numbers_for_text"): "okta/liberal-values",
    ("VALUES", "list_wrapped_twice"): "other/members-in-many-shapes",
    ("VALUES", "one_object_for_a_list"): "onelogin/user-template",
    ("VALUES", "role_as_text"): "onelogin/user-template",
    ("VALUES", "elements_as_text"): "other/members-in-many-shapes",
    ("VALUES", "role_as_json_in_value"): "entra/roles",
    ("VALUES", "manager_as_id_or_list"): "entra/manager",
    ("COMPARISONS", "booleans_as_text"): "entra/validator-adds",
    ("NAMES", "email_for_emails"): "pingone/user-filter",
    ("BODIES", "core_schema_as_container"): "other/core-schema-as-container",
    ("BODIES", "enterprise_under_an_old_urn"): "onelogin/old-urns",
    ("CREDENTIALS", "key_without_scheme"): "okta/key-without-bearer",
    ("OPERATIONS", "op_in_capitals"): "entra/disable-and-restore",
    ("OPERATIONS", "value_as_json_text"): "keycloak/value-as-text",
    ("OPERATIONS", "read_only_beside_the_rest"): "okta/catalogue-app-group-push",
    ("OPERATIONS", "paths_as_names"): "entra/update-aadoptscim",
    ("OPERATIONS", "remove_without_path"): "other/members-in-many-shapes",
    ("OPERATIONS", "dot_after_urn"): "entra/manager",
    ("OPERATIONS", "remove_of_listed_values"): "entra/groups-default-dialect",
}
"""A conversation that fails without the quirk. There may be others."""


def test_every_quirk_has_a_conversation_that_needs_it() -> None:
    assert set(NEEDED_BY) == set(QUIRKS)


@pytest.mark.parametrize(("registry", "name"), QUIRKS)
def test_a_quirk_says_what_it_means_who_sends_it_and_where_it_was_seen(registry: str, name: str) -> None:
    quirk = REGISTRIES[registry][name]
    assert quirk.name == name == quirk.rewrite.__name__
    assert quirk.meaning.endswith(".") and len(quirk.meaning.split()) > 4
    assert quirk.sent_by and all(quirk.sent_by)
    assert len(quirk.source) > 20


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("registry", "name"), QUIRKS)
def test_without_the_quirk_its_conversation_fails(
    registry: str, name: str, live_server: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {each: quirk for each, quirk in REGISTRIES[registry].items() if each != name}
    monkeypatch.setattr(dialects, registry, others)
    with pytest.raises(AssertionError, match="step"):
        replay(HERE / f"{NEEDED_BY[registry, name]}.json", f"{live_server}/scim/v2", key)


MEMBERS = [{"value": "7"}, {"value": "8"}]
EMAILS = [{"value": "a@b", "type": "work"}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("userName", "True"),
        ("active", True),
        ("active", "perhaps"),
        ("emails", EMAILS),
        ("emails", "a@b"),
        ("roles", [{"value": '{"no": "role"}'}]),
        ("roles", [{"value": "{broken"}]),
        ("roles", ""),
        ("name", {"givenName": "Ada"}),
        ("name", "Ada"),
        ("nickName", None),
    ],
)
def test_a_value_as_the_rfc_has_it_is_left_alone(path: str, value: object) -> None:
    assert dialects.standard_value(USER.attribute(path), value) == value


@pytest.mark.parametrize(
    ("path", "sent", "meant"),
    [
        ("active", "FALSE", False),
        ("nickName", 91608, "91608"),
        ("nickName", 1.5, "1.5"),
        ("nickName", True, True),
        ("emails", EMAILS[0], EMAILS),
        ("emails", {"Emails": EMAILS}, EMAILS),
        ("emails", ["a@b"], [{"value": "a@b"}]),
        ("roles", "reader", [{"value": "reader"}]),
        ("entitlements", "seat", [{"value": "seat"}]),
        ("roles", [{"value": '{"value": "r", "displayName": "R"}'}], [{"value": "r", "display": "R"}]),
        ("roles", [{"value": "[1]"}], [{"value": "[1]"}]),
    ],
)
def test_a_value_in_a_form_of_its_own_is_what_it_means(path: str, sent: object, meant: object) -> None:
    assert dialects.standard_value(USER.attribute(path), sent) == meant


def test_a_manager_alone_or_in_a_list_is_a_manager() -> None:
    path = USER.find("manager")
    assert path is not None
    for sent in ("7", {"value": "7"}, [{"value": "7"}]):
        assert dialects.standard_value(path.attribute, sent) == {"value": "7"}
    assert dialects.standard_value(path.attribute, [{"value": "7"}, {"value": "8"}]) == MEMBERS


def test_only_a_boolean_is_compared_with_the_text_of_one() -> None:
    assert dialects.comparison_value(USER.attribute("active"), "True") is True
    assert dialects.comparison_value(USER.attribute("userName"), "True") == "True"
    assert dialects.comparison_value(USER.attribute("nickName"), 5) == 5


OLD = "urn:scim:schemas:extension:enterprise:1.0"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({OLD: {"department": "Sales"}, "title": "x"}, {ENTERPRISE: {"department": "Sales"}, "title": "x"}),
        ({OLD.replace("1.0", "2.0").upper(): {"department": "x"}}, {ENTERPRISE: {"department": "x"}}),
        ({OLD: {"department": "x"}, ENTERPRISE.lower(): {}}, {OLD: {"department": "x"}, ENTERPRISE.lower(): {}}),
        ({OLD: {}, OLD.upper(): {}}, {OLD: {}, OLD.upper(): {}}),
        ({f"{OLD}:User": {"department": "x"}}, {f"{OLD}:User": {"department": "x"}}),
    ],
)
def test_the_enterprise_extension_is_known_by_its_old_urns_too(sent: dict[str, Any], meant: dict[str, Any]) -> None:
    assert dialects.standard_body(USER, sent) == meant
    assert dialects.standard_body(GROUP, sent) == sent


def test_an_attribute_of_another_name_is_known_by_it_unless_there_is_one_of_that_name() -> None:
    assert dialects.attribute_name(USER, "Email") == "emails"
    assert dialects.attribute_name(USER, "mail") == "mail"
    assert parse_filter('email co "ada@"', USER) == parse_filter('emails.value co "ada@"', USER)
    own = Catalog("email")["User"]
    assert str(parse_target("email", own)) == "email"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"op": "Add", "path": "title", "value": "x"}, [{"op": "add", "path": "title", "value": "x"}]),
        ({"op": 5}, [{"op": 5}]),
        ({"op": "replace", "value": '{"title": "x"}'}, [{"op": "replace", "value": {"title": "x"}}]),
        ({"op": "replace", "value": "{broken"}, [{"op": "replace", "value": "{broken"}]),
        (
            {"op": "replace", "path": "title", "value": '{"a": 1}'},
            [{"op": "replace", "path": "title", "value": '{"a": 1}'}],
        ),
        (
            {"op": "replace", "value": {"ID": "7", "groups": [], "title": "x"}},
            [{"op": "replace", "value": {"title": "x"}}],
        ),
        (
            {"op": "add", "value": {"title": "x", "name.givenName": "Ada", "nobody.knows": 1}},
            [
                {"op": "add", "value": {"title": "x", "nobody.knows": 1}},
                {"op": "add", "path": "name.givenName", "value": "Ada"},
            ],
        ),
        (
            {"op": "add", "value": {'emails[type eq "work"].value': "a@b"}},
            [{"op": "add", "path": 'emails[type eq "work"].value', "value": "a@b"}],
        ),
        ({"op": "remove", "value": {"title": None}}, [{"op": "remove", "path": "title", "value": None}]),
        ({"op": "remove"}, [{"op": "remove"}]),
        (
            {"op": "add", "path": f"{ENTERPRISE}.manager", "value": "7"},
            [{"op": "add", "path": f"{ENTERPRISE}:manager", "value": "7"}],
        ),
        (
            {"op": "remove", "path": "emails", "value": EMAILS},
            [{"op": "remove", "path": 'emails[value eq "a@b" and type eq "work"]'}],
        ),
    ],
)
def test_an_operation_in_a_form_of_its_own_is_what_it_means(sent: dict[str, object], meant: list[object]) -> None:
    assert dialects.standard_operations(USER, sent) == meant


def test_members_that_are_listed_are_removed_and_nobody_else() -> None:
    removed = [{"op": "remove", "path": 'members[value eq "7"]'}, {"op": "remove", "path": 'members[value eq "8"]'}]
    for value in (MEMBERS, ["7", "8"], {"members": MEMBERS}, [{"value": "7", "type": "User"}, {"Value": "8"}]):
        for path in ("members", None):
            named = {"path": "members"} if path else {}
            sent = {"op": "Remove", **named, "value": value if path else {"members": value}}
            assert dialects.standard_operations(GROUP, sent) == removed, sent


def test_members_that_cannot_be_told_apart_are_left_for_the_reader_to_refuse() -> None:
    for value in ([{"display": "Ada"}], [5]):
        sent = {"op": "remove", "path": "members", "value": value}
        assert dialects.standard_operations(GROUP, sent) == [sent]


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer scim_1", "scim_1"),
        ("bearer  scim_1 ", "scim_1"),
        ("scim_1", "scim_1"),
        ("scim_1 scim_2", None),
        ("Basic c2NpbV8x", None),
        ("other_1", None),
        ("Bearer", ""),
    ],
)
def test_a_key_is_shown_with_bearer_before_it_or_alone(header: str, token: str | None) -> None:
    assert dialects.bearer_token(header) == token


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Okta SCIM Client 1.0.0", "Okta"),
        ("Microsoft Azure AD SCIM provisioning", "Entra"),
        ("OneLogin", "OneLogin"),
        ("JumpCloud", "JumpCloud"),
        ("Google-Auto-Provisioning", "Google"),
        ("PingOne/1.0", "Ping"),
        ("Rippling", "Rippling"),
        ("CyberArk Identity", "CyberArk"),
        ("scim-for-keycloak/1.2", "Keycloak"),
        ("goauthentik.io/2026.2.0", "authentik"),
        ("SailPoint", "SailPoint"),
        ("Workday", "Workday"),
        ("SFDC-Callout/59.0", "Salesforce"),
        ("WSO2 Identity Server", "WSO2"),
        ("aws-sdk-java/2.25", "AWS"),
        ("Apache-HttpClient/4.5.14 (Java/17.0.9)", "Apache-HttpClient"),
        ("drawscim/1.0", "drawscim"),
        ("curl/8.0", "curl"),
        ("", ""),
        ("(nobody)", ""),
    ],
)
def test_a_client_is_called_what_people_call_it_or_by_its_product(user_agent: str, name: str) -> None:
    assert dialects.client(user_agent) == name


LISTED = {
    "VALUES": "a value",
    "COMPARISONS": "a value in a filter",
    "NAMES": "a name in a filter or path",
    "OPERATIONS": "a PATCH operation",
    "BODIES": "a body",
    "CREDENTIALS": "a key",
}
"""What the quirks of each registry rewrite, in the words of docs/dialects.md."""


def row(registry: str, name: str) -> str:
    """The line about a quirk in docs/dialects.md."""
    quirk = REGISTRIES[registry][name]
    meaning = " ".join(quirk.meaning.split())
    return f"| `{name}` | {LISTED[registry]} | {', '.join(quirk.sent_by)} | {meaning} | {quirk.source} |"


def test_the_page_lists_every_quirk_and_none_that_is_gone() -> None:
    page = (HERE.parents[1] / "docs" / "dialects.md").read_text()
    listed = [line for line in page.splitlines() if line.startswith("| `")]
    assert listed == [row(registry, name) for registry, name in sorted(QUIRKS)]
