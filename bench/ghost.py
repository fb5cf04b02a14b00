"""Ghost beside Masthead: the same article, in turn, on the same core. `make bench-ghost` writes bench/results/ghost.md.

Ghost is installed from the npm registry into BENCH_GHOST (`var/ghost`), once; that takes minutes and 700 MB.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.load import ROOT, Server, find_port, wait_for
from bench.machine import describe, list_cores
from bench.pages import on_page
from bench.site import Paper, copied_demo, read_paper, serving_site
from bench.tables import compare

GHOST, NODE = "ghost@6", "node@22"
RESULTS = Path(__file__).with_name("results") / "ghost.md"


def install(folder: Path) -> str:
    """Install Ghost and a Node that it runs on, where they are not yet; return Ghost's version.

    Its package holds dependencies that npm cannot follow, so pnpm installs them from the lock file inside it.
    """
    package, tools = folder / "package", folder / "tools"
    if not (folder / "installed").exists():
        if not shutil.which("npm"):
            sys.exit("npm is missing. Install it (Debian, Ubuntu: apt-get install npm) and run this again.")
        tools.mkdir(parents=True, exist_ok=True)
        (tarball,) = _call(["npm", "pack", "--silent", GHOST], folder).split()[-1:]
        shutil.rmtree(package, ignore_errors=True)
        _call(["tar", "xzf", tarball], folder)
        # The very pnpm that the package names: another would fetch that one and want to verify its signature.
        pnpm = json.loads((package / "package.json").read_text())["packageManager"].partition("+")[0]
        (tools / "package.json").write_text('{"private": true}')
        _call(["npm", "install", "--no-audit", "--no-fund", NODE, pnpm], tools)
        # npm may be set to run no scripts of packages; these two only fetch or place the programs.
        if not (tools / "node_modules/node/bin/node").exists():
            _call(["node", "installArchSpecificPackage.js"], tools / "node_modules/node")
        _call(["node", "install.js"], tools / "node_modules/pnpm")
        _call([str(tools / "node_modules/.bin/pnpm"), "install", "--prod", "--frozen-lockfile"], package, _env(tools))
        (folder / "installed").touch()
    version: str = json.loads((package / "package.json").read_text())["version"]
    return version


@contextmanager
def serving_ghost(folder: Path, paper: Paper) -> Iterator[tuple[Server, str]]:
    """Serve Ghost with nothing but the article, on the servers' core; give the server and the article's path."""
    port = find_port()
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as content:
        shutil.copytree(folder / "package" / "content", content, dirs_exist_ok=True)
        settings = {
            "url": f"http://localhost:{port}",
            "server": {"host": "127.0.0.1", "port": port},
            "database": {
                "client": "sqlite3",
                "connection": {"filename": f"{content}/ghost.db"},
                "useNullAsDefault": True,
            },
            "mail": {"transport": "Direct"},
            "logging": {"transports": ["file"], "path": f"{content}/logs/"},
            "paths": {"contentPath": content},
            "security": {"staffDeviceVerification": False},
            "privacy": {"useUpdateCheck": False, "useGravatar": False, "useRpcPing": False},
        }
        (folder / "package" / "config.production.json").write_text(json.dumps(settings))
        node = folder / "tools/node_modules/node/bin/node"
        process = subprocess.Popen(
            ["taskset", "-c", str(list_cores()[0]), str(node), str(folder / "package" / "index.js")],
            env={**_env(folder / "tools"), "NODE_ENV": "production"},
            cwd=folder / "package",
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port, process)
            yield Server(process.pid, port), _publish(f"http://localhost:{port}", paper)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _publish(url: str, paper: Paper) -> str:
    """Set Ghost up as its first form does, publish the article and return its path."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def post(path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310  our own server
            f"{url}/ghost/api/admin/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Origin": url, "Accept-Version": "v6.0"},
        )
        with opener.open(request, timeout=60) as answer:
            said = answer.read()
        return json.loads(said) if said[:1] == b"{" else None

    password = secrets.token_urlsafe(16)
    owner = {"name": "Editor", "email": "editor@example.org", "password": password, "blogTitle": "The Lantern"}
    post("authentication/setup/", {"setup": [owner]})
    post("session/", {"username": owner["email"], "password": password})
    article = {"title": paper.title, "html": paper.html, "status": "published"}
    made = post("posts/?source=html", {"posts": [article]})
    slug: str = made["posts"][0]["slug"]
    return f"/{slug}/"


def _env(tools: Path) -> dict[str, str]:
    modules = tools / "node_modules"
    # The headers that native parts are compiled against lie beside the program.
    home = next((modules / "node" / "node_modules").glob("node-*"), modules / "node")
    path = f"{modules / 'node' / 'bin'}:{modules / '.bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "npm_config_nodedir": str(home)}


def _call(words: list[str], folder: Path, env: dict[str, str] | None = None) -> str:
    return subprocess.run(words, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Install, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.ghost", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="how long each run lasts (5)")
    parser.add_argument("--repeats", type=int, default=3, help="how often the sides take turns (3)")
    asked = parser.parse_args()
    folder = Path(os.environ.get("BENCH_GHOST") or ROOT / "var" / "ghost").resolve()
    version = install(folder)
    with ExitStack() as stack:
        data = stack.enter_context(copied_demo())
        paper = read_paper(data)
        ghost, path = stack.enter_context(serving_ghost(folder, paper))
        kept = stack.enter_context(serving_site(data))
        made = stack.enter_context(serving_site(data, memory=False))
        table = compare(
            "One article's page, anonymous, 16 connections",
            {
                f"Ghost {version}": on_page(ghost, path),
                "Masthead, made anew": on_page(made, paper.article),
                "Masthead, from memory": on_page(kept, paper.article),
            },
            seconds=asked.seconds,
            repeats=asked.repeats,
        )
    head = (
        f"# Ghost and Masthead\n\nOn {datetime.now(UTC):%d %B %Y}, on {describe()}. Both on SQLite, one process "
        "on one core, the load on another; the sides took turns, "
        f"{asked.repeats} times {asked.seconds} s each. Ghost's page holds the same words with its default theme; "
        "Masthead's holds its pictures, ads and four stories to read next as well.\n"
    )
    RESULTS.write_text(f"{head}\n{table}")
    print(table, f"Written to {RESULTS}", sep="\n")


if __name__ == "__main__":
    main()
