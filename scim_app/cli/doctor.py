"""`flask doctor`: what is wrong with this installation and with the connections of its organizations, and the fix.

Settings that are refused never get this far: every command, this one too, then ends with the sentence that says what to
set.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from scim_app.cli.console import as_json, organization_called, show
from scim_app.config import is_loopback
from scim_app.directory import keys, organizations
from scim_app.directory.journal import diagnosis
from scim_app.directory.tables import Organization
from scim_app.extensions import db
from scim_app.health import current, newest

PATIENCE = 5
"""Seconds that the public address has to answer in."""
SETUP = Path(__file__).resolve().parents[2] / "setup.cfg"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its state in a sentence, and what to do when it is wrong."""

    about: str
    ok: bool
    state: str
    fix: str = ""
    organization: str | None = None


@click.command("doctor")
@click.option("--org", "slug", metavar="SLUG", help="Look at the connection of this organization only, not of each.")
@as_json
@with_appcontext
def command(slug: str | None, as_json: bool) -> None:
    """Say what is wrong with this installation, and the fix."""
    findings = list(examine())
    if all(finding.ok for finding in findings if finding.about in {"database", "migrations"}):
        findings.append(peppers())
        chosen = [organization_called(slug)] if slug else organizations.everywhere(db.session)
        findings += [finding for each in chosen for finding in connection(each)]
    healthy = all(finding.ok for finding in findings)
    show({"ok": healthy, "findings": [asdict(each) for each in findings]}, "\n".join(map(line, findings)), as_json)
    if not healthy:
        raise SystemExit(1)


def line(finding: Finding) -> str:
    """The finding as a line."""
    about = f"{finding.organization}: {finding.about}" if finding.organization else finding.about
    return f"{'ok   ' if finding.ok else 'WRONG'}  {about}: {finding.state} {finding.fix}".rstrip()


def examine() -> Iterator[Finding]:
    """Look at the version, the database, the migrations, the secrets and the public address."""
    setup = configparser.ConfigParser()
    setup.read(SETUP)
    yield Finding("version", True, setup.get("metadata", "version", fallback="unknown"))
    name = db.engine.url.render_as_string(hide_password=True)
    try:
        at = current(db.engine)
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        yield Finding("database", False, f"{name} does not answer ({reason}).", "Start it, or set DATABASE_URL.")
    else:
        yield Finding("database", True, f"{name} answers.")
        yield Finding(
            "migrations", at == newest(), f"at {', '.join(sorted(at)) or 'none'}; the newest is {', '.join(newest())}.",
            "" if at == newest() else "Run `flask db upgrade`.",
        )  # fmt: skip
    url = current_app.config["PUBLIC_URL"]
    if is_loopback(url):
        yield Finding("public address", True, f"{url}: only this machine reaches it. Set PUBLIC_URL before others do.")
        yield Finding("secrets", True, "set, or made up in the instance folder. Set your own before others reach it.")
    else:
        yield public_address(url)
        yield Finding("secrets", True, "SECRET_KEY and KEY_PEPPER are set and long enough.")


def peppers() -> Finding:
    """Whether every key that is let in is kept under a pepper that is set."""
    current, fallbacks = current_app.config["KEY_PEPPER"], current_app.config["KEY_PEPPER_FALLBACKS"]
    lost = keys.under_other_peppers(db.session, (current, *fallbacks))
    if lost:
        fix = "Add their pepper to KEY_PEPPER_FALLBACKS, or regenerate them."
        return Finding("keys", False, f"{kept(lost)} under a pepper that is not set: refused.", fix)
    waiting = keys.under_other_peppers(db.session, (current,))
    if waiting:
        said = f"{kept(waiting)} under KEY_PEPPER_FALLBACKS until used next. Leave it set until then."
    else:
        said = "all are kept under KEY_PEPPER." + (" KEY_PEPPER_FALLBACKS may be unset." if fallbacks else "")
    return Finding("keys", True, said)


def kept(number: int) -> str:
    """How many keys."""
    return "1 key is kept" if number == 1 else f"{number} keys are kept"


def public_address(url: str) -> Finding:
    """Whether the service answers at the address that it tells others."""
    fix = (
        "Set PUBLIC_URL to where this service answers, and see that the name, the certificate and the proxy lead to it."
    )
    try:
        with urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
            reached = answer.url
    except HTTPError as error:
        error.close()
        return Finding(
            "public address", False, f"{url}/healthz answers {error.code}, so this service is not there.", fix
        )
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = str(getattr(error, "reason", error)).splitlines() or [type(error).__name__]
        return Finding("public address", False, f"{url} does not answer from here ({reason[0]}).", fix)
    if reached != f"{url}/healthz":
        return Finding("public address", False, f"{url} leads on to {reached}. A directory follows no redirect.", fix)
    return Finding("public address", True, f"{url} answers.")


def connection(organization: Organization) -> Iterator[Finding]:
    """What the log of one organization says is wrong with its connection; of each finding, the fix in any client."""
    slug, now = organization.slug, datetime.now(UTC)
    report = diagnosis.diagnose(db.session, organization.id, current_app.extensions["catalog"], now)
    for each in report.findings:
        last = f" Last at {each.at:%Y-%m-%d %H:%M} UTC." if each.at else ""
        yield Finding(each.name, each.hint, f"{each.seen}{last}", each.fix, slug)
    if not report.findings:
        looked = (
            f"nothing wrong in the last {report.requests:,} requests." if report.requests else "nothing has come yet."
        )
        yield Finding("connection", True, looked, "", slug)
