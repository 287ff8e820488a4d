"""What broke in other services when an identity provider talked to them: each of it is a conversation that goes well here.

A conversation under `threads/` is named after what broke, and the runner replays it with the others. Here stands what there
is to be proved: the threads, by what was wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.conversations.replay import HERE

WHAT_BROKE = {
    "a userName came back in another case, or two that differ in case were two people": (
        "PostHog/posthog#42253; onyx-dot-app/onyx#8635; langfuse/langfuse#13528; zulip/zulip#21758; Infisical/infisical#5947"
    ),
    "pages, their size and the total were not those of the list that was asked for": (
        "PostHog/posthog#51441; ory/polis#4054; bitwarden/server#4034; wso2/product-is#7320; "
        "Metatavu/keycloak-scim-server#125"
    ),
    "a look-up answered with something that was no list, or with members it was told to leave out": (
        "onyx-dot-app/onyx#8692"
    ),
    "a filter was taken apart by looking for its operator, or knew too few attributes and spellings": (
        "boxyhq/jackson; pond/scimitar#115; wso2/product-is#21904"
    ),
    "externalId was neither found, changed nor told": (
        "langwatch/langwatch#6973, #7141; OctopusDeploy/Issues#9841; better-auth/better-auth#10419; "
        "goauthentik/authentik#25837, #25987"
    ),
    "people were told apart by their mail, and a conflict did not say what it was about": "ory/polis#4065, #4066, #4067",
    "a key was wanted with Bearer, without it, or with it twice, and an address without its last slash": (
        "getsentry/sentry#28016; getsentry/sentry-docs#4165; airbytehq/airbyte#84388; infrahq/infra#3558"
    ),
    "a media type was not taken": (
        "pond/scimitar#142; scimmyjs/scimmy-routers#22; better-auth/better-auth#6365; "
        "MicrosoftDocs/azure-docs#12728, #94189"
    ),
    "a body was refused for what it did not have to hold": "Infisical/infisical#6552",
    "a PATCH without a path was refused or did nothing": (
        "getsentry/sentry#27199; Metatavu/keycloak-scim-server#97, #100, #113; jelhub/scimgateway#113"
    ),
    "a group took no PATCH, or none with capital operations": (
        "getsentry/self-hosted#2280; langwatch/langwatch#6972; langwatch/tasks#617"
    ),
    "somebody suspended could not come back": (
        "getsentry/self-hosted#3573; getsentry/sentry-docs#16258; coder/coder#8916; "
        "FusionAuth/fusionauth-issues#3311; fleetdm/fleet#53446"
    ),
    "somebody disabled stayed active, because false came as a text or by add": (
        "AzureAD/SCIMReferenceCode#21; rancher/rancher#54025; Unleash/unleash#9336; bytebase/bytebase#19073; "
        "BerriAI/litellm#21113"
    ),
    "a rename emptied a group": "langwatch/langwatch#7130, #7131; tuist/tuist#13209",
    "a PUT was not served, did not store members, or reset what it did not mention": (
        "Metatavu/keycloak-scim-server#95, #111; BerriAI/litellm#14057; BerriAI/litellm-docs#936; "
        "gravitational/teleport#67372; vouch-sh/vouch#1411, #1415; getprobo/probo#1277"
    ),
    "one unknown member failed the whole": (
        "lightdash/lightdash#24458, #24455; fleetdm/fleet#52600; wso2/product-is#5333; pydantic/logfire#2353, #2355"
    ),
    "an add replaced members, lost those of another request, or added one twice": (
        "fleetdm/fleet#50724; msaad00/agent-bom#3533, #3534; wso2/product-is#4413, #8589"
    ),
    "a remove of some members removed others": "AzureAD/SCIMReferenceCode#10; FusionAuth/fusionauth-issues#2834",
    "a mistake of a client was a failure of the service": "wso2/product-is#7040, #16097, #16933",
    "the id that a client sent was believed": (
        "msaad00/agent-bom#3540; Captain-P-Goldfish/scim-for-keycloak#132; goauthentik/authentik#12321, #23950"
    ),
    "a filtered path made no element, several, or an attribute with dots in its name": (
        "AzureAD/SCIMReferenceCode#48; FusionAuth/fusionauth-issues#3564; better-auth/better-auth#10682; "
        "thomaspoignant/scim-patch#42, #176, #187, #872; scimmyjs/scimmy#10, #86, #95; "
        "pingidentity/scim2#213, #224, #281; Captain-P-Goldfish/SCIM-SDK#267, #327"
    ),
    "an empty list, or a member's type, was refused": "Captain-P-Goldfish/SCIM-SDK#419, #757",
    "a list came back as an object": "grokability/snipe-it#12049, #14597, #19183",
    "a manager was sent each time anew": "MicrosoftDocs/azure-docs#11784, #70913",
    "members were bare ids, and a replace was not served": "indigo-iam/iam#934, #1285",
    "a value was JSON in a text, and a PUT had no members": "Captain-P-Goldfish/scim-for-keycloak#133, #134, #172",
    "a random password was too weak": "zitadel/zitadel#10009",
    "a PATCH was answered with its own message, and null was a failure": "jelhub/scimgateway#33, #95",
    "an error was a text": "Metatavu/keycloak-scim-server#101; vouch-sh/vouch#1412, #1413; ssoready/ssoready#155, #159",
    "what could not be done was answered as if it had been, and a delete was a failure": (
        "vouch-sh/vouch#1414; ssoready/ssoready#182, #249; pydantic/logfire#2356"
    ),
}
"""What was wrong, and the threads that tell of it."""


def threads(text: str) -> Iterator[str]:
    """The threads that a text names, each as owner/repository#number: `a/b#1, #2` is two. One without a number is itself."""
    for name, numbers in re.findall(r"([\w-]+/[\w.-]+)((?:#\d+(?:(?:, | and )(?=#))?)*)", text):
        yield from (f"{name}{number}" for number in re.findall(r"#\d+", numbers) or [""])


PROVED = {file: {*threads(json.loads(file.read_text())["source"])} for file in HERE.glob("*/*.json")}
"""The threads that each conversation proves."""


@pytest.mark.parametrize("broke", WHAT_BROKE)
def test_what_broke_elsewhere_is_a_conversation_here(broke: str) -> None:
    proved = set().union(*PROVED.values())
    assert {*threads(WHAT_BROKE[broke])} - proved == set()


def test_a_conversation_about_a_thread_says_which_and_the_thread_is_listed() -> None:
    listed = {thread for told in WHAT_BROKE.values() for thread in threads(told)}
    unlisted = {file.stem: named - listed for file, named in PROVED.items() if file.parent.name == "threads"}
    assert {name: named for name, named in unlisted.items() if named} == {}
    assert all(named for file, named in PROVED.items() if file.parent.name == "threads")


def test_a_list_of_numbers_is_as_many_threads() -> None:
    assert [*threads("Of a/b#1, #2 and #3, on c/d-e#4; f/g, as read")] == ["a/b#1", "a/b#2", "a/b#3", "c/d-e#4", "f/g"]
