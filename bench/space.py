"""How much room a person takes: bytes by table, indexes included, in the databases that the benchmark keeps.

    python -m bench.space [users]

docs/scale.md has what it printed.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

from bench.populations import prepare
from bench.stores import CACHE, PostgresqlDatabases, opened

ROWS = "SELECT count(*) FROM {}"
SQLITE = """
    SELECT m.tbl_name, sum(s.pgsize) FROM dbstat AS s JOIN sqlite_schema AS m ON m.name = s.name
    GROUP BY m.tbl_name ORDER BY 2 DESC
"""
POSTGRESQL = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC"
SHOWN = 6
"""Tables; what follows takes next to nothing."""


def main() -> None:
    """Print rows, and bytes a row and a user, of the largest tables of each database."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for database in ("sqlite", "postgresql"):
        with opened(database) as store:
            prepare(store, users)
            print(f"{store.title}, {users:,} users")
            if isinstance(store, PostgresqlDatabases):
                name = f"ours_{users}"
                tables = [(str(table), int(str(size))) for table, size in store.run(POSTGRESQL, name)]
                rows = {table: int(str(store.run(ROWS.format(table), name)[0][0])) for table, _ in tables[:SHOWN]}
            else:
                with closing(sqlite3.connect(CACHE / "sqlite" / f"ours_{users}.db")) as connection:
                    tables = connection.execute(SQLITE).fetchall()
                    rows = {table: connection.execute(ROWS.format(table)).fetchone()[0] for table, _ in tables[:SHOWN]}
        for table, size in tables[:SHOWN]:
            count = rows[table]
            print(f"  {table:16} {count:>9,} rows {size / max(count, 1):>7,.0f} bytes a row {size / users:>7,.0f} a user")
        print(f"  {'all':16} {'':>14} {'':>19} {sum(size for _, size in tables) / users:>9,.0f} a user")


if __name__ == "__main__":
    main()
