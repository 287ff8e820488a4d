"""The log of SCIM requests: every write and every failure, and reads summed up by the hour.

It stands beside the history, not in it: the history is what changed, written by the transaction that changed it; the log is
what was asked and what came of it, written with the change when there is one (`receipt`), or else a moment later by a thread
of its own (`writer`), without secrets (`secrets`), and forgotten after a while (`retention`). What it says is wrong with a
connection: `diagnosis`.
"""

from scim_app.directory.journal.entries import KEY_ALONE, KEY_REFUSED, OUTSIDE, PLAIN_HTTP, SELF_TEST, Noted
from scim_app.directory.journal.reading import Wanted, about, changes_of, last, last_of, one, page
from scim_app.directory.journal.receipt import Receipt
from scim_app.directory.journal.retention import DAYS, keep, prune
from scim_app.directory.journal.writer import Journal

__all__ = [
    "DAYS",
    "KEY_ALONE",
    "KEY_REFUSED",
    "OUTSIDE",
    "PLAIN_HTTP",
    "SELF_TEST",
    "Journal",
    "Noted",
    "Receipt",
    "Wanted",
    "about",
    "changes_of",
    "keep",
    "last",
    "last_of",
    "one",
    "page",
    "prune",
]
