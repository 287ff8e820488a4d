"""Attributes that no RFC has, one line each: every type and every characteristic, on users and in an extension of users.

`extend(app)` puts them into the catalog of an application, and nothing else is changed for them anywhere.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from scim_app.protocol.attributes import Attribute, Schema
from scim_app.protocol.catalog import Catalog

BADGES = "urn:example:schemas:extension:badges:2.0:User"

EVERY_TYPE = (
    Attribute("label", "A text."),
    Attribute("code", "A text whose case matters.", case_exact=True),
    Attribute("flagged", "Yes or no.", type="boolean"),
    Attribute("shoeSize", "A whole number.", type="integer"),
    Attribute("height", "A number.", type="decimal"),
    Attribute("born", "A moment.", type="dateTime"),
    Attribute("print", "Bytes.", type="binary", case_exact=True),
    Attribute("page", "A reference.", type="reference", case_exact=True, reference_types=("external",)),
)
OF_USERS = (
    *EVERY_TYPE,
    Attribute("tags", "Several texts.", multi_valued=True),
    Attribute("card", "An object.", type="complex", sub_attributes=EVERY_TYPE),
    Attribute("parts", "Several objects.", type="complex", multi_valued=True,
              sub_attributes=(*EVERY_TYPE, Attribute("value", "Itself.", required=True))),
    Attribute("seat", "Set once.", mutability="immutable"),
    Attribute("box", "An object, some of which is set once.", type="complex",
              sub_attributes=(Attribute("lid", "Set once.", mutability="immutable"), Attribute("note", "Set at will."))),
    Attribute("number", "Given by the service.", mutability="readOnly"),
    Attribute("pin", "Written and never read.", mutability="writeOnly", returned="never"),
    Attribute("quiet", "Shown to who asks.", returned="request"),
    Attribute("loud", "Shown to everybody.", returned="always"),
    Attribute("mixed", "An object of which each part is shown in its own way.", type="complex", sub_attributes=(
        Attribute("open", "As usual."), Attribute("shy", "To who asks.", returned="request"),
        Attribute("shut", "To nobody.", returned="never"))),
)  # fmt: skip
OF_BADGES = (
    Attribute("level", "No badge is without it.", required=True),
    Attribute("issued", "Set once.", type="dateTime", mutability="immutable"),
)


def extend(app: Flask) -> Catalog:
    """The catalog of the application, whose users have these attributes from now on."""
    catalog: Catalog = app.extensions["catalog"]
    user = catalog["User"]
    schema = replace(user.schema, attributes=(*user.schema.attributes, *OF_USERS))
    badges = Schema(BADGES, "Badges", "What a badge says.", OF_BADGES)
    catalog.types["User"] = replace(user, schema=schema, extensions=(*user.extensions, badges))
    catalog.written = [kind for kind in catalog.types.values() if not kind.read_only]
    return catalog
