"""Run a command with a PostgreSQL server of its own, on loopback and a free port, gone afterwards.

    python scripts/with_postgres.py pytest tests/apps

The command finds the server in MASTHEAD_TEST_DATABASE_URL.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def find_programs() -> Path:
    """Return the folder of PostgreSQL's programs, the newest version first."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    sys.exit("PostgreSQL is missing. Install it (Debian, Ubuntu: apt-get install postgresql) and run this again.")


def as_server_user() -> list[str]:
    """Return the words that drop root's rights, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    """Run the command and return its exit status."""
    programs, user, port = find_programs(), as_server_user(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="masthead-postgres-"))
    cluster = folder / "cluster"
    if user:
        shutil.chown(folder, "postgres", "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "check": True, "cwd": folder}
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    )
    server = [*user, str(programs / "pg_ctl"), "-D", str(cluster), "-w", "-l", str(folder / "log")]
    try:
        words = ["-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*user, str(programs / "initdb"), "-D", str(cluster), *words], **quiet)
        subprocess.run([*server, "-o", options, "start"], **quiet)
        address = f"postgres://postgres@127.0.0.1:{port}/masthead"
        return subprocess.run(command, env={**os.environ, "MASTHEAD_TEST_DATABASE_URL": address}).returncode
    finally:
        subprocess.run([*server, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
