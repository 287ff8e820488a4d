"""A directory in the box: it talks to a running service over HTTP as an identity provider does, and then looks whether
the service holds what it was told.

It stands on the other side of the wire, so it imports nothing of this service and works against any other, and nothing of it
knows how a rule is kept here: it would keep it the same wrong way.

- `company.py` what the directory knows: people, groups, who is in which
- `wire.py` one connection: headers, retries, back-off
- `provider.py` what all identity providers do alike; `okta.py`, `entra.py` and `onelogin.py` what each does in its own way
- `scenarios.py` what happens in a company; `mistakes.py` what goes wrong while one is connected
- `comparison.py` the differences between the company and the service
- `simulation.py` a run of scenarios, with its figures
"""
