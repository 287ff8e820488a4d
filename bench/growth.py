"""Does a lookup take longer in a large organisation? Two services, 1 000 and 100 000 users, asked in turn.

    python bench/growth.py [users]

Prints the median of each, and the ratio of the two, which is all that means anything: both run on this machine at once.
"""

from __future__ import annotations

import statistics
import sys
import time
from urllib.parse import quote

from service import Client, service

SMALL = 1_000
ROUNDS = 400


def lookup(client: Client, number: int) -> float:
    """Seconds for `userName eq` to find one user."""
    path = "/Users?filter=" + quote(f'userName eq "user{number:06}@example.com"')
    began = time.perf_counter()
    status, answer = client.send("GET", path)
    took = time.perf_counter() - began
    assert (status, answer["totalResults"]) == (200, 1), answer
    return took


def main() -> None:
    """Measure and print."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with service(SMALL, workers=1) as few, service(large, workers=1) as many:
        clients = {SMALL: few.connect(), large: many.connect()}
        times: dict[int, list[float]] = {SMALL: [], large: []}
        for round_ in range(ROUNDS + 20):
            for users, client in clients.items():
                took = lookup(client, round_ * 7919 % users)
                if round_ >= 20:
                    times[users].append(took)
    medians = {users: statistics.median(taken) for users, taken in times.items()}
    for users, median in medians.items():
        print(f"userName eq among {users:>9,} users: median {median * 1000:.2f} ms of {ROUNDS}")
    print(f"ratio {medians[large] / medians[SMALL]:.2f}")


if __name__ == "__main__":
    main()
