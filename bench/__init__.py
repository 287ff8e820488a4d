"""The benchmark: this service beside the least that its stack can do, and beside other SCIM servers, in one run.

- `__main__.py` `python -m bench`: the run; `report.py` draws docs/performance.md anew from its figures
- `workloads.py` and `groups.py` what is asked, and what a right answer is; `client.py` asks
- `limit.py` the least a Flask and SQLAlchemy service can do; `peers/` other servers, installed from their registries
- `targets.py` what is measured; `populations.py` and `stores.py` its users, kept between runs
- `measure.py` bursts in turn; `processes.py` processor time and memory; `okta_day.py` a day of a directory
- `tables.py`, `plots.py` and `svg.py` what comes of it

Scripts of their own: `panel.py`, `writers.py`, `server_choice.py`, `malformed.py`; `service.py` starts the service for all.
"""
