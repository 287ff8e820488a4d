"""Text that the database writes as it is answered: JSON and moments, alike on SQLite and PostgreSQL.

What the database writes goes into an answer without becoming a value in between.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class QuotedText(FunctionElement[str]):
    """A text as JSON has it, in quotation marks and with escapes."""

    type = Text()
    inherit_cache = True


class ArrayText(FunctionElement[str]):
    """The JSON array of the objects that rows hold as text, in their order; NULL without any."""

    type = Text()
    inherit_cache = True


class InstantText(FunctionElement[str]):
    """A moment in UTC, of fixed width: what `comparison.instant_key` makes of it."""

    type = Text()
    inherit_cache = True


@compiles(QuotedText, "sqlite")
def _quoted_in_sqlite(element: QuotedText, compiler: Any, **kw: Any) -> str:
    return f"json_quote({compiler.process(element.clauses, **kw)})"


@compiles(QuotedText, "postgresql")
def _quoted_in_postgresql(element: QuotedText, compiler: Any, **kw: Any) -> str:
    return f"to_json({compiler.process(element.clauses, **kw)})::text"


@compiles(ArrayText, "sqlite")
def _array_in_sqlite(element: ArrayText, compiler: Any, **kw: Any) -> str:
    return f"'[' || group_concat({compiler.process(element.clauses, **kw)}) || ']'"


@compiles(ArrayText, "postgresql")
def _array_in_postgresql(element: ArrayText, compiler: Any, **kw: Any) -> str:
    return f"'[' || string_agg({compiler.process(element.clauses, **kw)}, ',') || ']'"


@compiles(InstantText, "sqlite")
def _instant_in_sqlite(element: InstantText, compiler: Any, **kw: Any) -> str:
    return f"replace({compiler.process(element.clauses, **kw)}, ' ', 'T') || 'Z'"


@compiles(InstantText, "postgresql")
def _instant_in_postgresql(element: InstantText, compiler: Any, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
