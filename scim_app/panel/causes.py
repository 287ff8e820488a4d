"""Why a request failed, and how that is mended where it came from: one table, from the particular to the general."""

from __future__ import annotations

from dataclasses import dataclass

from scim_app.directory.journal import KEY_REFUSED
from scim_app.directory.tables import ScimRequest

NEW_KEY = "generate or regenerate a key under Access Management"


@dataclass(frozen=True)
class Cause:
    """When it applies (each empty condition always does), why it happens, and the mend in two identity providers."""

    why: str
    okta: str
    entra: str
    action: str = ""
    status: int = 0
    scim_type: str = ""
    says: str = ""

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
        action=KEY_REFUSED,
        scim_type="expired",
    ),
    Cause(
        "Somebody deactivated the key. The changelog says who.",
        "Reactivate the key under Access Management, or paste another one under Provisioning > Integration.",
        "Reactivate the key under Access Management, or paste another one under Provisioning > Admin Credentials.",
        action=KEY_REFUSED,
        scim_type="deactivated",
    ),
    Cause(
        "The key was regenerated and its overlap is over, but this client still sends the old one.",
        "Provisioning > Integration > Edit, and paste the new key as the API token.",
        "Provisioning > Admin Credentials, and paste the new key as the Secret Token.",
        action=KEY_REFUSED,
        scim_type="replaced",
    ),
    Cause(
        "The key is good, but the word Bearer stands before it more than once: it was typed where it is written anyway.",
        "Provisioning > Integration > Edit, and paste the key alone as the API token.",
        "Provisioning > Admin Credentials, and paste the key alone as the Secret Token.",
        action=KEY_REFUSED,
        scim_type="bearer twice",
    ),
    Cause(
        "The key is good, but it does not stand alone behind the word Bearer: another word or quotation marks are around it.",
        "Provisioning > Integration > Edit, choose HTTP Header, and paste the key alone.",
        "Provisioning > Admin Credentials, choose bearer authentication, and paste the key alone as the Secret Token.",
        action=KEY_REFUSED,
        scim_type="not a bearer",
    ),
    Cause(
        "The key is good, but it may be used from certain networks only, and the address it came from is in none of them.",
        "Allow the addresses that Okta publishes for your cell, under Access Management, or take the networks away.",
        "Allow the addresses of the service tag AzureActiveDirectory, under Access Management, or take the networks away.",
        action=KEY_REFUSED,
        scim_type="address",
    ),
    Cause(
        "More came at once than this service takes of one key.",
        "Nothing is to be done: the change is sent again after a while.",
        "Nothing is to be done: the change is sent again after a while.",
        status=429,
    ),
    Cause(
        "The beginning of the key is known here, but not its secret: another service made it, or KEY_PEPPER was changed.",
        f"To be sure, {NEW_KEY}, copy it with the button, and paste it under Provisioning > Integration.",
        f"To be sure, {NEW_KEY}, copy it with the button, and paste it under Provisioning > Admin Credentials.",
        action=KEY_REFUSED,
    ),
    Cause(
        "Somebody here has this userName already, perhaps deactivated, and two users cannot share one.",
        "Import users, then match the existing user to the person under Import. Check that the unique identifier is userName.",
        "Check that userName is the matching attribute (Mappings > Users), then Provision on demand for this person.",
        status=409,
        says="userName",
    ),
    Cause(
        "A group of this name is here already.",
        "Under Push Groups use Link Group instead of Create Group. Press Refresh App Groups first if it is not listed.",
        "Check that displayName is the matching attribute of groups, so that the existing group is found.",
        status=409,
    ),
    Cause(
        "The organization accepts only certain e-mail domains, and this person is in none of them.",
        "Unassign the person, or add the domain under Organization Info. Then retry the task under Dashboard > Tasks.",
        "Take the person out of scope, or add the domain under Organization Info. Then Provision on demand.",
        status=400,
        says="not allowed to be created",
    ),
    Cause(
        "An attribute has a value that this service does not take. The sentence above says which one and why.",
        "Correct the person's profile, or the mapping under Provisioning > To App > Attribute Mappings, and retry the task.",
        "Correct the mapping under Provisioning > Mappings, then Provision on demand for this person.",
        scim_type="invalidValue",
    ),
    Cause(
        "What was to be changed may not be changed from outside.",
        "Leave the attribute out of the mapping under To App, or change it in this panel.",
        "Take the attribute out of the mapping, or change it in this panel.",
        scim_type="mutability",
    ),
    Cause(
        "A search was not understood. It is refused so that nobody takes everybody for the one person looked for.",
        "Set the unique identifier field for users to userName.",
        "Choose userName or externalId as the matching attribute.",
        scim_type="invalidFilter",
    ),
    Cause(
        "A change named an attribute that does not exist here.",
        "Remove the attribute from the mapping, or correct its external name and namespace in the Profile Editor.",
        "Remove the attribute from Mappings, or correct its target attribute.",
        scim_type="invalidPath",
    ),
    Cause(
        "The base URL is not the one under Access Management: something is in it twice, or missing.",
        "Provisioning > Integration > Edit, and copy the base URL from Access Management.",
        "Provisioning > Admin Credentials, and copy the Tenant URL from Access Management.",
        status=404,
        says="There is nothing at this address",
    ),
    Cause(
        "The identity provider holds the id of somebody who was deleted here.",
        "Unassign the person and assign them again: a new user is made.",
        "Restart provisioning: everybody in scope is matched or made again.",
        status=404,
    ),
    Cause(
        "A read key was used to change something.",
        "Paste a key for an identity provider: it is generated under SCIM provisioning.",
        "Paste a key for an identity provider: it is generated under SCIM provisioning.",
        status=403,
    ),
    Cause(
        "The resource changed between being read and being written.",
        "Nothing is to be done: the change is sent again.",
        "Nothing is to be done: the change is sent again.",
        status=412,
    ),
    Cause(
        "The database did not answer in time. Nothing was changed.",
        "Retry the task under Dashboard > Tasks, once the service is well again.",
        "Nothing is to be done: the change is sent again.",
        status=503,
    ),
    Cause(
        "Something went wrong in this service. Nothing was changed.",
        "Give your operator the request id, then retry the task under Dashboard > Tasks.",
        "Give your operator the request id. The change is sent again.",
        status=500,
    ),
    Cause(
        "The request was not one that this service understands. The sentence above says what is wrong with it.",
        "Check the base URL and the mappings under Provisioning, then retry the task.",
        "Check the Tenant URL and the mappings under Provisioning, then Provision on demand.",
    ),
)


def cause(request: ScimRequest) -> Cause | None:
    """Why the request failed; None when it did not."""
    return next((each for each in CAUSES if each.explains(request)), None) if request.failed else None
