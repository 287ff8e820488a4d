"""`flask simulate`: a directory that talks to a running service as an identity provider does, and then compares."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from scim_app.cli.console import as_json, show
from scim_app.simulator.company import Company
from scim_app.simulator.scenarios import SCENARIOS, Scene
from scim_app.simulator.simulation import PROVIDERS, simulate, untold
from scim_app.simulator.wire import Connection

WIDTH = 30
EVERYDAY = [name for name in SCENARIOS if name != "mistakes"]
"""What happens unless something else is asked for. Mistakes are for those who want to see them found."""


@click.command("simulate")
@click.argument("provider", type=click.Choice(list(PROVIDERS)))
@click.option("--base-url", required=True, help="Where the service listens, with /scim/v2 at the end.")
@click.option("--key", required=True, envvar="SCIM_KEY", help="A key with the scope `provision`, or SCIM_KEY.")
@click.option(
    "--scenario", "scenarios", multiple=True, type=click.Choice([*SCENARIOS, "all"]), show_default="all but mistakes",
    help="What happens; may be given several times. `flask doctor` finds the mistakes for a day.",
)  # fmt: skip
@click.option("--people", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many are hired.")
@click.option("--groups", type=click.IntRange(0, 10_000), default=8, show_default=True, help="How many are pushed.")
@click.option("--domain", default="simulated.example", show_default=True, help="The e-mail domain of the people.")
@click.option("--role-attribute", envvar="ORG_ROLE_ATTRIBUTE", default="orgRole", show_default=True)
@click.option("--product", envvar="PRODUCT_NAME", default="App", show_default=True, help="Role groups begin with it.")
@click.option("--expired-key", help="A key that has expired, for the scenario `mistakes`.")
@as_json
def command(
    provider: str,
    base_url: str,
    key: str,
    scenarios: tuple[str, ...],
    people: int,
    groups: int,
    domain: str,
    role_attribute: str,
    product: str,
    expired_key: str | None,
    as_json: bool,
) -> None:
    """Talk to a running service as PROVIDER does, and compare what it holds with what it was told.

    Ends with "In sync" and 0, or with each difference and 1. The people it makes stay: point it at an organization for tests.
    """
    kind = PROVIDERS[provider]
    wire = Connection(base_url, key, kind.headers, kind.content_type, kind.space)
    scene = Scene(kind(wire, role_attribute), Company(domain), people, groups, product, expired_key)
    names = list(SCENARIOS) if "all" in scenarios else list(scenarios) or EVERYDAY
    outcome = simulate(scene, names, draw if sys.stderr.isatty() and not as_json else untold)
    show({"in_sync": outcome.in_sync, **asdict(outcome)}, outcome.sentence, as_json)
    if not outcome.in_sync:
        raise SystemExit(1)


def draw(scenario: str, done: int, steps: int) -> None:
    """A bar for each scenario, drawn over itself until it is full."""
    filled = WIDTH * done // steps if steps else WIDTH
    click.echo(
        f"\r{scenario:15} {'█' * filled}{'░' * (WIDTH - filled)} {done:>5} of {steps}", nl=done >= steps, err=True
    )
