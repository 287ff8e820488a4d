"""The machine that was measured on, and the versions of what ran there."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("Flask", "SQLAlchemy", "gunicorn", "orjson", "psycopg")


def described() -> dict[str, str]:
    """What each is called, by what it is."""
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024**2
    return {
        "Processor": f"{field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "Memory": f"{memory:.0f} GiB",
        "Load as it began": f"{os.getloadavg()[0]:.1f} processes that run or wait to",
        "System": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def field(file: str, name: str) -> str:
    """The value behind a name in a file of /proc."""
    lines = (line.partition(":") for line in Path(file).read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "unknown")
