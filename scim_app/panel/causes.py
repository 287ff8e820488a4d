"""Why a request failed, and how that is fixed where it came from: one table, from the particular to the general."""

from __future__ import annotations

from dataclasses import dataclass

from scim_app.directory.journal import KEY_REFUSED
from scim_app.directory.tables import ScimRequest

NEW_KEY = "generate or regenerate a key under Access Management"


@dataclass(frozen=True)
class Cause:
    """When it applies (each empty condition always does), why it happens, and the fix in two identity providers and any other.

    Guides tell the fix in other consoles, beside the name of the `finding`, which is one of the diagnoses.
    """

    why: str
    okta: str
    entra: str
    other: str
    action: str = ""
    status: int = 0
    scim_type: str = ""
    says: str = ""
    finding: str = ""

    def explains(self, request: ScimRequest) -> bool:
        """Whether this is why."""
        return (
            self.action in {"", request.action}
            and self.status in {0, request.status}
            and self.scim_type in {"", request.scim_type or ""}
            and self.says.lower() in (request.detail or "").lower()
        )


CAUSES = (
    Cause(
        "The key was good until it expired. Nothing it sends is taken any more.",
        f"First {NEW_KEY}. Then Provisioning > Integration > Edit, paste it as the API token, and Test API Credentials.",
        f"First {NEW_KEY}. Then Provisioning > Admin Credentials, paste it as the Secret Token, Test Connection, and restart.",
        f"First {NEW_KEY}. Then paste it where the client keeps it.",
        action=KEY_REFUSED,
        scim_type="expired",
        finding="key-expired",
    ),
    Cause(
        "Somebody deactivated the key. The changelog says who.",
        "Reactivate the key under Access Management, or paste another one under Provisioning > Integration.",
        "Reactivate the key under Access Management, or paste another one under Provisioning > Admin Credentials.",
        "Reactivate the key under Access Management, or paste another one where the client keeps it.",
        action=KEY_REFUSED,
        scim_type="deactivated",
        finding="key-deactivated",
    ),
    Cause(
        "The key was regenerated and its overlap is over, but this client still sends the old one.",
        "Provisioning > Integration > Edit, and paste the new key as the API token.",
        "Provisioning > Admin Credentials, and paste the new key as the Secret Token.",
        "Paste the key that replaced it where the client keeps it.",
        action=KEY_REFUSED,
        scim_type="replaced",
        finding="key-replaced",
    ),
    Cause(
        "The key is good, but the word Bearer stands before it more than once: it was typed where it is written anyway.",
        "Provisioning > Integration > Edit, and paste the key alone as the API token.",
        "Provisioning > Admin Credentials, and paste the key alone as the Secret Token.",
        "Paste the key alone: the client writes Bearer itself.",
        action=KEY_REFUSED,
        scim_type="bearer twice",
        finding="bearer-twice",
    ),
    Cause(
        "The key is good, but it does not stand alone behind the word Bearer: another word or quotation marks are around it.",
        "Provisioning > Integration > Edit, choose HTTP Header, and paste the key alone.",
        "Provisioning > Admin Credentials, choose bearer authentication, and paste the key alone as the Secret Token.",
        "Choose bearer authentication, and paste the key alone: no quotation marks, and no other word before it.",
        action=KEY_REFUSED,
        scim_type="not a bearer",
        finding="not-a-bearer",
    ),
    Cause(
        "The key is good, but it may be used from certain networks only, and the address it came from is in none of them.",
        "Allow the addresses that Okta publishes for your cell, under Access Management, or take the networks away.",
        "Allow the addresses of the service tag AzureActiveDirectory, under Access Management, or take the networks away.",
        "Allow the addresses of the client, under Access Management, or take the networks away.",
        action=KEY_REFUSED,
        scim_type="address",
        finding="key-address",
    ),
    Cause(
        "More came at once than this service takes of one key.",
        "No action needed: it will be retried.",
        "No action needed: it will be retried.",
        "Let the client wait as long as Retry-After says, and send it again.",
        status=429,
        finding="key-too-often",
    ),
    Cause(
        "The beginning of the key is known here, but not its secret: another service made it, or KEY_PEPPER was changed.",
        f"To be sure, {NEW_KEY}, copy it with the button, and paste it under Provisioning > Integration.",
        f"To be sure, {NEW_KEY}, copy it with the button, and paste it under Provisioning > Admin Credentials.",
        f"To be sure, {NEW_KEY}, copy it with the button, and paste it where the client keeps it.",
        action=KEY_REFUSED,
        finding="key-wrong",
    ),
    Cause(
        "Somebody here has this userName already, perhaps deactivated, and two users cannot share one.",
        "Import users, then match the existing user to the person under Import. Check that the unique identifier is userName.",
        "Check that userName is the matching attribute (Mappings > Users), then Provision on demand for this person.",
        "Look the person up by userName first, and change who is found.",
        status=409,
        says="userName",
        finding="import-off",
    ),
    Cause(
        "A group of this name is here already.",
        "Under Push Groups use Link Group instead of Create Group. Press Refresh App Groups first if it is not listed.",
        "Check that displayName is the matching attribute of groups, so that the existing group is found.",
        "Look the group up by displayName first, and change the one that is found.",
        status=409,
    ),
    Cause(
        "The organization accepts only certain e-mail domains, and this person is in none of them.",
        "Unassign the person, or add the domain under Organization Info. Then retry the task under Dashboard > Tasks.",
        "Take the person out of scope, or add the domain under Organization Info. Then Provision on demand.",
        "Leave the person out, or add the domain under Organization Info. Then send it again.",
        status=400,
        says="not allowed to be created",
    ),
    Cause(
        "An attribute has a value that this service does not take. The sentence above says which one and why.",
        "Correct the person's profile, or the mapping under Provisioning > To App > Attribute Mappings, and retry the task.",
        "Correct the mapping under Provisioning > Mappings, then Provision on demand for this person.",
        "Correct the value where it comes from, and send it again.",
        scim_type="invalidValue",
    ),
    Cause(
        "What was to be changed may not be changed from outside.",
        "Leave the attribute out of the mapping under To App, or change it in this panel.",
        "Take the attribute out of the mapping, or change it in this panel.",
        "Leave the attribute out, or change it in this panel.",
        scim_type="mutability",
    ),
    Cause(
        "A search was not understood. It is refused so that nobody takes everybody for the one person looked for.",
        "Set the unique identifier field for users to userName.",
        "Choose userName or externalId as the matching attribute.",
        "Search by userName, externalId or displayName, with one comparison.",
        scim_type="invalidFilter",
    ),
    Cause(
        "A change named an attribute that does not exist here.",
        "Remove the attribute from the mapping, or correct its external name and namespace in the Profile Editor.",
        "Remove the attribute from Mappings, or correct its target attribute.",
        "Leave the attribute out, or correct its name.",
        scim_type="invalidPath",
    ),
    Cause(
        "The base URL is not the one under Access Management: something is in it twice, or missing.",
        "Provisioning > Integration > Edit, and copy the base URL from Access Management.",
        "Provisioning > Admin Credentials, and copy the Tenant URL from Access Management.",
        "Begin every address with the base URL from Access Management, once.",
        status=404,
        says="There is nothing at this address",
        finding="base-url-short",
    ),
    Cause(
        "The identity provider holds the id of somebody who was deleted here.",
        "Unassign the person and assign them again: a new user is made.",
        "Restart provisioning: everybody in scope is matched or made again.",
        "Look the person up again by userName, and create them if nobody is found.",
        status=404,
    ),
    Cause(
        "A read key was used to change something.",
        "Paste a key for an identity provider: it is generated under SCIM provisioning.",
        "Paste a key for an identity provider: it is generated under SCIM provisioning.",
        "Use a key for an identity provider: it is generated under SCIM provisioning.",
        status=403,
    ),
    Cause(
        "The resource changed between being read and being written.",
        "No action needed: it will be retried.",
        "No action needed: it will be retried.",
        "Read it again, and send the change for the version that is there.",
        status=412,
    ),
    Cause(
        "The database did not answer in time. Nothing was changed.",
        "Retry the task under Dashboard > Tasks, once the service is well again.",
        "No action needed: it will be retried.",
        "Send it again once the service is well.",
        status=503,
    ),
    Cause(
        "Something went wrong in this service. Nothing was changed.",
        "Give your operator the request id, then retry the task under Dashboard > Tasks.",
        "Give your operator the request id. The change is sent again.",
        "Give your operator the request id, and send it again.",
        status=500,
    ),
    Cause(
        "The request was not one that this service understands. The sentence above says what is wrong with it.",
        "Check the base URL and the mappings under Provisioning, then retry the task.",
        "Check the Tenant URL and the mappings under Provisioning, then Provision on demand.",
        "Correct what the sentence above names, and send it again.",
    ),
)


def cause(request: ScimRequest) -> Cause | None:
    """Why the request failed; None when it did not."""
    return next((each for each in CAUSES if each.explains(request)), None) if request.failed else None
