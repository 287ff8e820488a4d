"""Text that the database writes as it is answered: JSON and moments, alike on SQLite and PostgreSQL.

What the database writes goes into an answer without becoming a value in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class DatabaseText(FunctionElement[str]):
    """Text made of columns, as each database says it."""

    type = Text()
    inherit_cache = True
    forms: ClassVar[Mapping[str, str]]
    """By the name of the dialect, with a place for each column."""


@compiles(DatabaseText)
def _written(element: DatabaseText, compiler: Any, **kw: Any) -> str:
    # In what SQLite returns of a row that it changed, SQLAlchemy leaves out whose columns they are; a subquery must know.
    columns = [compiler.process(each, **(kw | {"include_table": True})) for each in element.clauses]
    return element.forms[compiler.dialect.name].format(*columns)


class QuotedText(DatabaseText):
    """A text as JSON has it, in quotation marks and with escapes."""

    inherit_cache = True
    forms = {"sqlite": "json_quote({})", "postgresql": "to_json({})::text"}


class ArrayText(DatabaseText):
    """The JSON array of the objects that rows hold as text, in their order; NULL without any."""

    inherit_cache = True
    forms = {"sqlite": "'[' || group_concat({}) || ']'", "postgresql": "'[' || string_agg({}, ',') || ']'"}


class InstantText(DatabaseText):
    """A moment in UTC, of fixed width: date, time and six digits of a second, as SQLite keeps them."""

    inherit_cache = True
    forms = {
        "sqlite": "{}",
        "postgresql": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    }


_NAMED = "(SELECT named.display_name FROM users AS named WHERE named.organization_id = {} AND named.id = {})"


class NameText(DatabaseText):
    """What the user of an organisation and an id is called, beside a row that is just being changed."""

    inherit_cache = True
    forms = {"sqlite": _NAMED, "postgresql": _NAMED}
