"""What is nowhere in the code: no interpreter of foreign text, no weak chance or hash, no way out, nothing unescaped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import FILES, ROOT, imports, named

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPT = (ROOT / "static" / "app.js").read_text()
INTERPRETERS = {
    "subprocess",
    "pickle",
    "marshal",
    "shelve",
    "yaml",
    "xml",
    "lxml",
    "ctypes",
    "ldap3",
    "smtplib",
    "memcache",
}
"""Modules that would read text of others as code, objects, documents, queries or mail."""
COMMANDS = {
    "directory/backups/postgresql.py": "`flask backup` and `flask restore` run PostgreSQL's own tools for an operator",
}
"""The only files that run other programs, and why."""
WAYS_OUT = {"urllib3", "urllib.request", "http.client", "requests", "httpx", "ftplib", "telnetlib"}
GOING_OUT = {
    "simulator/wire.py": "the directory in the box talks to the address that an operator names",
    "cli/doctor.py": "`flask doctor` asks whether PUBLIC_URL is reached",
}
"""The only files that open connections of their own, and why."""
CHANCE = {
    "directory/ids.py": "an id names a thing and opens nothing",
    "simulator/entra.py": "ids of a made-up directory need no secrecy",
    "simulator/onelogin.py": "nor do these",
}
"""Files with numbers that nobody needs to guess, and why."""
OUR_ADDRESSES = {"url_for", "asset", "here", "action", "request.path", "page", "address", "more", "back", "hit.address"}
"""What an address in a template may begin with: macros, views and the text of a path, none of it sent by a directory."""
FREE_SQL = {"extensions.py": "BEGIN and BEGIN IMMEDIATE, and PRAGMA at connect: constants"}
"""Files that send SQL as text, which holds nothing of anybody's."""


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the file, by the name that is called."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def importing(modules: set[str]) -> set[str]:
    """The files that import any of these modules."""
    return {
        named(file)
        for file in FILES
        for name in imports(file)
        if any(name == each or name.startswith(f"{each}.") for each in modules)
    }


def calling(*names: str) -> set[str]:
    """The files that call anything of these names, wherever it comes from."""
    return {named(file) for file in FILES for called, _ in calls(file) if called.split(".")[-1] in names}


def test_no_text_becomes_code_an_object_a_document_or_a_command() -> None:
    assert importing(INTERPRETERS) == set(COMMANDS)
    for file in FILES:
        for called, call in calls(file):
            assert "shell" not in {each.arg for each in call.keywords}, f"{called} in {file.name}"
    builtins = {"eval", "exec", "compile", "__import__"}
    assert {(named(file), called) for file in FILES for called, _ in calls(file) if called in builtins} == set()
    assert calling("system", "popen", "render_template_string", "from_string", "import_string") == set()


def test_no_query_is_put_together_from_text() -> None:
    assert calling("exec_driver_sql") == set(FREE_SQL)
    assert calling("literal_column", "TextClause") == set()
    assert not [file for file in FILES if "sqlalchemy.text" in set(imports(file))]


def test_nothing_opens_a_connection_but_what_an_operator_starts() -> None:
    assert importing(WAYS_OUT) == set(GOING_OUT)


def test_what_must_not_be_guessed_comes_from_the_systems_generator() -> None:
    assert importing({"random", "uuid"}) == set(CHANCE)


def test_hashes_are_sha_256_and_passwords_argon2id() -> None:
    used = {called for file in FILES for called, _ in calls(file) if re.fullmatch(r"hashlib\.\w+", called)}
    assert used == {"hashlib.sha256"}
    macs = {
        ast.unparse(call.args[2])
        for file in FILES
        for called, call in calls(file)
        if called in {"hmac.digest", "hmac.new"}
    }
    assert macs == {"'sha256'"}
    assert importing({"argon2"}) == {"directory/passwords.py"}
    assert importing({"cryptography"}) == {"protocol/cursors.py"}


def test_secrets_are_compared_in_constant_time() -> None:
    assert "directory/keys/authentication.py" in calling("compare_digest")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_template_escapes_everything_and_puts_no_text_of_others_into_addresses(file: Path) -> None:
    text = file.read_text()
    assert not re.findall(
        r"\|\s*safe|autoescape|<script(?! src=)|\bon\w+=\"|style=|javascript:|srcdoc|<iframe|<object", text
    )
    for attribute in re.findall(r"(?:href|src|action)=\"([^\"]*)\"", text):
        begins = re.match(r"\{\{ ([\w.]+)", attribute)
        assert begins[1] in OUR_ADDRESSES if begins else attribute[:1] in {"/", "#", "?"}, attribute


def test_markup_is_made_of_constants() -> None:
    for file in FILES:
        for called, call in calls(file):
            if called == "Markup":
                assert all(isinstance(argument, ast.Constant) for argument in call.args), named(file)


@pytest.mark.parametrize(
    "dangerous",
    ["eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "localStorage",
     "sessionStorage", "indexedDB", "document.cookie", "postMessage", "onmessage", "__proto__", "fetch(", "XMLHttpRequest",
     "import(", "paste"],
)  # fmt: skip
def test_the_script_of_the_pages_does_none_of(dangerous: str) -> None:
    assert dangerous not in SCRIPT
