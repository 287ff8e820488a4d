"""What was decided where the RFCs leave a choice, are silent, or are contradicted by what directories send.

Each decision has a name, what is done, why, and the checks or the tests that hold it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """One decision. `checks` are carried by tests; `tests` name others that hold it."""

    title: str
    what: str
    why: str
    checks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return "".join(letter for letter in self.title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def decided(title: str, what: str, why: str, checks: str = "", tests: str = "") -> Decision:
    """A decision, whose checks and tests are given as words."""
    return Decision(title, what, why, tuple(checks.split()), tuple(tests.split()))


DECISIONS = (
    # Bodies
    decided(
        "Unknown attributes in a body",
        "They are left out, and so are unknown schemas.",
        "RFC 7643 is silent, and directories send attributes of other vendors, misspelled ones and old ones. Microsoft's "
        "own collection expects 200 for a misspelled attribute.",
        "REP-33 SCH-03 PUT-16",
    ),
    decided(
        "schemas of a body",
        "A resource may come without `schemas`; an empty list, or a resource or message of another kind, is refused. What "
        "the answer lists is what the resource uses, the core schema first. Messages (PATCH, bulk, search) must name theirs.",
        "The endpoint says what a body is. A list that is wrong is a client that means something else.",
        "SCH-01 SCH-02 SCH-03 SCH-04 SCH-06 SCH-08 CRE-14 SEA-02 BLK-02 PAT-01",
    ),
    decided(
        "One name twice",
        "A body that has one name twice in an object, in one spelling or in two, is refused with invalidSyntax.",
        "RFC 7643 §2.1 makes names equal in any case and leaves open which one counts; readers of JSON differ.",
        "REP-04",
    ),
    decided(
        "Values of another type",
        "\"True\" and \"False\" are booleans, a number where a text belongs is its digits, one object is a list of one, and "
        "the id of a manager alone is the manager. Everything else is refused with invalidValue and the attribute's name.",
        "These are what Entra, Okta and OneLogin send, and each can mean one thing only.",
        "REP-07 REP-09 REP-10 REP-24 ENT-05 FIL-34",
    ),
    decided(
        "Canonical values",
        "They are suggestions: any other `type` is stored.",
        "RFC 7643 §7 lets a service choose, and directories have types of their own.",
        "REP-08 NEW-08",
    ),
    decided(
        "What a text means is the directory's business",
        "Addresses, telephone numbers, time zones, countries, languages and handles are stored and returned as sent. A "
        "certificate must be base64; what is in it is not looked at.",
        "The RFC's own examples break its rules (country USA), and a refused attribute loses the whole person.",
        "REP-28 USR-06 USR-07 USR-12 USR-13 USR-14 USR-16 USR-21",
    ),
    decided(
        "The same value twice",
        "Values of one list that are equal in `value` and `type` are one.",
        "RFC 7643 §2.4 wants no pair returned twice, and a client that repeats one means no harm.",
        "REP-29 REP-30",
    ),
    decided(
        "Two primary values",
        "A POST or PUT with two is refused; in a PATCH the newest takes the place of the others.",
        "A body contradicts itself; a PATCH says what is new (RFC 7644 §3.5.2).",
        "REP-26 PAT-12 PAT-13",
    ),
    decided(
        "A value that does not say whether it is primary",
        "It is not: at most one is, and a sort takes the first. A filter finds it with `primary ne true` or "
        "`not (primary eq true)`; `primary eq false` finds those that say so.",
        "RFC 7643 §2.4 has it read as false. The index holds what is stored and nothing that is assumed, which would be a "
        "row for nearly every address and number. This departs from the letter of the RFC.",
        "REP-27",
    ),
    decided(
        "active",
        "A new user is active unless the body says otherwise, null says nothing, and a PUT that does not mention it leaves it "
        "as it was. A PATCH may remove it: without a value there is no access.",
        "A directory that renames somebody must never give them their access back.",
        "USR-23 CRE-07 PUT-04",
    ),
    decided(
        "Passwords",
        "They are accepted, checked for nothing and dropped; /Schemas does not offer them, changePassword is false, nobody "
        "can search or sort by them, and none is ever in the database.",
        "Directories send passwords whatever they are told, and nobody signs in to this service with one. So they need no "
        "preparation and no hash either.",
        "USR-08 USR-09 USR-10 USR-11 PUT-12 PRE-04 AUT-10 FIL-36 SRT-11",
    ),
    decided(
        "Names that cannot be told apart",
        "userName is compared without regard to case, width and composition, returned as sent, and refused with characters "
        "that cannot be seen. Spaces inside are allowed.",
        "RFC 7644 §5 asks for PRECIS. Its profile would also refuse spaces and other characters that directories do send.",
        "PRE-01 PRE-02 PRE-03 PRE-05 PRE-06 USR-01 USR-02",
    ),
    decided(
        "What is unique",
        "userName among users, displayName among groups, each in its organization. E-mail addresses and externalId are not.",
        "Directories link groups by name, Microsoft's suite gives several users one address, and RFC 7643 asks for no more.",
        "GRP-09 SCH-17 SCH-18 CHR-19 CHR-20 TEN-04",
    ),
    decided(
        "A name that is taken",
        "409 with scimType uniqueness, on POST, PUT and PATCH.",
        "RFC 7644 §3.12 has it so for each; RFC 7643 §7 would allow 400.",
        "CHR-22 ERR-08 CRE-08 PUT-11 PAT-21",
    ),
    # Groups
    decided(
        "Groups in groups",
        "They are refused with invalidValue: members are users, and so `groups` of a user are direct.",
        "A group gives roles here, and who has a role must be plain to see. Directories flatten groups when they push them.",
        "GRP-04 GRP-05 USR-19",
    ),
    decided(
        "Members who are not there",
        "An unknown id is skipped and noted in the history, and the others become members.",
        "Okta drops a whole push on 400, and Entra tries again for weeks on 5xx.",
        "REP-20",
        "test_another_organizations_user_is_no_member",
    ),
    decided(
        "Members of a PUT",
        "A PUT that does not mention members keeps them; an empty list removes them.",
        "A directory that renames a group must not empty it.",
        "PUT-04 PUT-09",
        "test_a_put_leaves_what_it_names",
    ),
    decided(
        "members.display",
        "It is returned when it is asked for by name.",
        "It makes a group twice as long, and directories keep their own names.",
        "GRP-02 GRP-07",
        "test_every_reference_leads_to_what_it_names",
    ),
    decided(
        "The answer to a PATCH",
        "200 with the resource; 204 for a group of more than 100 members, unless attributes are asked for.",
        "Okta and most suites want 200, Microsoft's validator accepts it, and nobody wants a hundred thousand members back "
        "for each one that is added.",
        "PAT-06 PAT-07 PAT-08",
    ),
    decided(
        "Who is deleted",
        "A deleted user is gone from the database, from every group and from every search; the name is free. The history "
        "keeps the name.",
        "RFC 7644 §3.6 allows a service to keep the row. A directory that deletes somebody means it.",
        "DEL-03 DEL-05 REP-20",
    ),
    # PATCH
    decided(
        "A filter in a path that selects nothing",
        "add and replace create the value that a filter made of `eq` describes, unless they bring an empty one; any other "
        "filter is noTarget. remove changes nothing.",
        "RFC 7644 §3.5.2.3 has noTarget for replace, and Entra sends exactly this to set an address for the first time.",
        "PAD-12 PRP-09 PRM-10",
    ),
    decided(
        "replace of a value that a filter selects",
        "It keeps by what it was found: a work address that is replaced by one that says no type is a work address.",
        "RFC 7644 §3.5.2.3 replaces it whole. The same request sent again would then find nothing and add another.",
        "PRP-07",
    ),
    decided(
        "Values without a value",
        "Of a list, what says no more than its type and whether it is primary is left out. Of two values that are the same, "
        "one stays, and is primary if either was.",
        "RFC 7643 §2.5: an empty text is no value, and directories send one for each attribute that somebody does not have.",
        "PRP-11",
    ),
    decided(
        "Names with dots and URNs in a PATCH without a path",
        "They are paths.",
        "Entra sends them.",
        "PAD-03",
    ),
    decided(
        "remove with a list of values",
        "Those values are removed and nobody else.",
        "RFC 7644 knows no value here, and the letter of it would empty the group. Entra and JumpCloud mean the list.",
        "PRM-12",
    ),
    decided(
        "remove of all members",
        "A remove of members without a filter and without values removes them all.",
        "RFC 7644 §3.5.2.2 says so, and no directory sends it by mistake.",
        "PRM-03",
    ),
    decided(
        "replace of an object",
        "The parts that it does not mention stay.",
        "RFC 7644 §3.5.2.3; a draft has it the other way round.",
        "PRP-06",
    ),
    decided(
        "What only the service writes, in a PATCH",
        "A path to it is refused with mutability; beside other attributes in a value without a path it is left out.",
        "Okta repeats the id of the group that it renames.",
        "CHR-03 PRM-09 PRP-12 PRP-15 PAD-13",
    ),
    decided(
        "What is set once",
        "A PUT that leaves it out leaves it alone, and repeating the value is no change.",
        "RFC 7644 §3.5.1 leaves open what an absent immutable attribute means; taking it away would be a change.",
        "CHR-05 CHR-06 CHR-07 CHR-08 CHR-10 PRP-13 PUT-06",
    ),
    decided(
        "The schemas in a PATCH",
        "An operation on `schemas` is accepted and changes nothing: they follow from the attributes. An extension without "
        "values is not listed.",
        "What is listed is always true.",
        "PAT-15 PAT-16 PAT-17",
    ),
    decided(
        "A path that cannot be read",
        "It is invalidPath, whether its filter or the rest is wrong.",
        "RFC 7644 Table 9 offers invalidFilter too; one keyword for one member is easier to act on.",
        "PPA-09 PPA-10 PPA-11 ERR-11",
    ),
    decided(
        "A filter on a list of plain values in a path",
        "It is refused with invalidPath.",
        "RFC 7644 has no name for a plain value in brackets, and no attribute of a directory needs one.",
        "PPA-14",
    ),
    decided(
        "Too many operations in a PATCH",
        "More than 5 000 are refused with 400 and tooMany.",
        "RFC 7644 names no status for it; 413 is for a body that is too long.",
        "PAT-23",
    ),
    # Filters and lists
    decided(
        "An attribute that a filter names and nothing has",
        "It is refused with invalidFilter. In a search of everything, an attribute of one kind of resource has no value in "
        "the others.",
        "RFC 7644 §3.4.2.1 would find nobody. A misspelled filter under `not` would then find everybody, and a directory "
        "might act on it.",
        "FIL-20 SEA-09 NEW-04",
    ),
    decided(
        "ne",
        "It holds for what has no value, and for a list of which some value differs.",
        "RFC 7644 §3.4.2.2: any value that matches is enough, and what is not there equals nothing.",
        "FIL-22 FMX-ne-1 FMX-ne-10",
    ),
    decided(
        "Operators that a type does not know",
        "co, sw and ew of numbers and times, and everything but eq, ne and pr of booleans and bytes, are refused with "
        "invalidFilter.",
        "RFC 7644 Table 3 says so for booleans and bytes and is silent for the rest.",
        "FIL-35 FMX-co-4 FMX-co-5 FMX-co-6 FMX-co-7 FMX-gt-3",
    ),
    decided(
        "What a filter may look like beyond the grammar",
        "Any run of spaces, `not(` and `not (`, no space before a quote, a part behind brackets, names of extensions without "
        "their URN when only one has them. A word without quotes is refused.",
        "The first are common and mean one thing. A word without quotes is a syntax error by RFC 7644, and a client that "
        "forgot the quotes of one value will forget them around a space.",
        "FIL-03 FIL-04 FIL-09 FIL-12 FIL-17 PPA-08",
    ),
    decided(
        "How long a text can be searched",
        "400 characters: longer texts are found by eq as a whole, and by their beginning.",
        "An entry of an index has an end in every database.",
        tests="test_a_long_text_is_compared_by_its_beginning_and_a_digest_of_the_whole",
    ),
    decided(
        "How long a filter can be",
        "8 000 characters, 100 comparisons, 10 lists in [ ] and 20 levels; beyond, invalidFilter.",
        "RFC 7644 §3.4.2.2 sets no limit and every service needs one.",
        "FIL-37",
    ),
    decided(
        "What never is returned, in a filter",
        "403 with scimType sensitive, whatever the method.",
        "RFC 7644 §7.5.2 has it for GET; by POST it would be as good an oracle.",
        "FIL-36 CHR-12 AUT-10 ERR-15",
    ),
    decided(
        "attributes and excludedAttributes together",
        "400 with invalidValue.",
        "They exclude each other (RFC 7644 §3.9), and a guess would show what somebody wanted left out.",
        "GET-06",
    ),
    decided(
        "Attributes that are asked for and nothing has",
        "They are ignored, and so are an empty list and what stands in brackets.",
        "Directories ask for all they might map. Microsoft's collection asks for emails[type eq \"work\"].",
        "GET-14 GET-15 GET-18",
    ),
    decided(
        "A query of one resource",
        "Its filter is ignored.",
        "RFC 7644 §3.4.2 allows a service to evaluate it; no client sends one.",
        "LST-07",
    ),
    decided(
        "Sorting",
        "sortBy must name one value; what does not is refused with invalidValue, and sortOrder alone is ignored. Ties are in "
        "the order of ids.",
        "An order that was not understood makes pages that skip people.",
        "SRT-06 SRT-08 SRT-09 SRT-12 SRT-14",
    ),
    decided(
        "A page of everything far behind the first",
        "tooMany beyond 10 000, with the advice to walk by cursor.",
        "Kinds of resources are merged in memory.",
        "LST-06 ERR-07 SEA-10",
    ),
    decided(
        "count",
        "It is brought into its range: 0 to 1 000. What is no whole number is refused.",
        "RFC 7644 Table 6; a client that asks for too much gets what there is.",
        "PAG-04 PAG-06 PAG-09 PAG-10",
    ),
    decided(
        "Cursors",
        "Pages are by number unless `cursor` is there. A cursor is bound to key, query and count and good for an hour; every "
        "one that is not good is refused in the same words, and startIndex beside one too. A count above the limit is the "
        "limit; another count in the middle of a walk is invalidCount. Nothing is kept on the server.",
        "RFC 9865 §2.4 advises services that had pages by number to keep them as the default; the rest is its §5.",
        "CUR-08 CUR-10 CUR-16 CUR-19 CUR-20 CUR-23 CUR-25 CUR-26 CUR-28 PAG-14",
    ),
    # Bulk
    decided(
        "References in a circle",
        "409 for each operation of the circle, and of a reference to itself.",
        "RFC 7644 §3.7.1 asks for 409 where a circle cannot be resolved. Groups hold users alone, so only managers who "
        "manage each other could make one.",
        "BLK-20 BLK-21 BLK-28",
    ),
    decided(
        "failOnErrors",
        "After so many errors nothing more is done, and the answer reports what was done. Less than 1 is refused.",
        "RFC 7644 §3.7; 0 would mean either never or at once.",
        "BLK-18 BLK-19",
    ),
    decided(
        "Mistakes in a bulk request",
        "What is wrong with the message, or a bulkId that is there twice, refuses it whole; what is wrong with one operation "
        "refuses that one. Methods are written in capitals.",
        "RFC 7644 §3.7 has results per operation; a bulkId that means two things makes every reference to it a guess.",
        "BLK-03 BLK-04 BLK-05 BLK-06 BLK-07 BLK-33 BLK-35",
    ),
    # HTTP
    decided(
        "Weak tags in If-Match",
        "They are compared by what is in their quotes. A version that has passed is 412; what is no list of tags is 400.",
        "RFC 9110 compares strongly, and then no weak tag would ever match; RFC 7644 §3.14 sends them so.",
        "ETG-08 ETG-10 ETG-11 BLK-16",
    ),
    decided(
        "The version of a user in other groups",
        "It stays: `groups` is the group's to say. The version of the group changes. A GET with If-None-Match is answered in "
        "full where groups, roles or the names of a manager or of members are shown, and 304 with attributes or "
        "excludedAttributes that leave them out.",
        "Otherwise every push of a group would change each of its members; and an application that was told 304 would keep a "
        "role that was taken away.",
        "ETG-15",
    ),
    decided(
        "Accept",
        "Every range that takes JSON is answered with application/scim+json, whatever its parameters, and without charset; "
        "anything else is 406.",
        "RFC 7644 §3.8. Okta's own suite asks for application/scim+json with a charset, and others compare the type letter "
        "by letter.",
        "MTY-04 MTY-05 MTY-06 MTY-07 MTY-11",
    ),
    decided(
        "Content-Type",
        "application/scim+json, application/json and none are read; anything else is 415.",
        "RFC 7644 §3.8; some clients send none.",
        "MTY-08 MTY-09",
    ),
    decided(
        "Suffixes, slashes and versions",
        "A suffix such as .scim is part of an id and so 404; a slash at the end changes nothing; /scim/v1 is 400 with "
        "invalidVers and /scim without a version 404, never a page.",
        "RFC 7644 §3.8 and §3.13 allow each.",
        "MTY-12 VER-02 VER-03 VER-05 ERR-14",
    ),
    decided(
        "Discovery",
        "/ServiceProviderConfig is open to all, the rest needs a key. A filter is refused with 403; pages and order are "
        "ignored. There are no entity tags, and no answer may be kept by a cache. /Schemas lists the three schemas of "
        "discovery too.",
        "RFC 7644 §4. One suite expects 200 for a filter on /ServiceProviderConfig, against the RFC.",
        "DSC-04 DSC-11 DSC-22 DSC-23 DSC-27",
    ),
    decided(
        "/Me",
        "501 for every method.",
        "A key stands for a directory and for no user (RFC 7644 §3.11).",
        "ME-01 ME-04 ME-05",
    ),
    decided(
        "Basic authentication",
        "There is none; a key may come without the word Bearer.",
        "A password that is sent each time is the weakest of the schemes. Okta can be set up to send a bare key.",
        "AUT-07",
        "test_the_key_opens_in_the_forms_directories_send_it",
    ),
    decided(
        "Errors",
        "Nothing stands in an error that the RFC does not name: the id of the request is in a header.",
        "scim2-tester refuses errors with more in them.",
        "ERR-05 ERR-20 AUT-12",
    ),
    decided(
        "returned: always",
        "No attribute of the schemas has it but `id` and `schemas`.",
        "scim2-tester takes it to mean that there always is a value.",
        "CHR-18",
    ),
    decided(
        "Roles that are not offered",
        "A value in `roles` or `entitlements` of a user that /Roles and /Entitlements do not list is kept and echoed, and "
        "grants nothing.",
        "Directories send roles of their own there, and a user who is refused for one is not provisioned at all.",
        "RLE-09",
    ),
    decided(
        "Another organization's resource",
        "404, as for one that never was.",
        "403 would say that it exists (RFC 7644 §7).",
        "AUT-05 TEN-02 TEN-03",
    ),
)  # fmt: skip
