#!/usr/bin/env bash
# Make sure that what the project needs is there: `scripts/ensure.sh run` for the demo, `test` for the tests as well,
# `bench` for measuring, `engine` for a ClickHouse engine to test on, after `test`.
# Installs Debian or Ubuntu packages where it may; says plainly what is missing where it may not.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }

python=""
for candidate in python3 python3.13 python3.12 python3.11; do
  if command -v "$candidate" >/dev/null 2>&1 &&
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || missing+=(python3 python3-venv)
[ -z "$python" ] || "$python" -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ "$what" = test ]; then
  need chromium chromium
  need msgfmt gettext
  need setpriv util-linux
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing+=(postgresql)
  fc-list 2>/dev/null | grep -qi 'NotoSansHebrew\|Noto Sans Hebrew' || missing+=(fontconfig fonts-noto-core)
fi

if [ "$what" = bench ]; then
  need wrk wrk
  need taskset util-linux
fi

if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "These are missing and cannot be installed from here: ${missing[*]}" >&2
    echo "Install them (Debian, Ubuntu: sudo apt-get install ${missing[*]}) and run this again." >&2
    exit 1
  fi
fi
[ -n "$python" ] || python=python3

if [ "$what" = engine ]; then
  # An environment of its own: the engine is started as a server, and nothing of it belongs into Masthead's.
  # Without its dependencies, which the engine does not need to serve: 49 MB to fetch in place of 130.
  engine=.venv/engine
  if [ ! -f "$engine/.installed" ] || [ requirements-engine.lock -nt "$engine/.installed" ]; then
    echo "Installing a ClickHouse engine from requirements-engine.lock"
    .venv/bin/python -m uv venv --quiet --clear --python "$python" "$engine"
    .venv/bin/python -m uv pip install --quiet --python "$engine/bin/python" --no-deps --require-hashes -r requirements-engine.lock
    touch "$engine/.installed"
  fi
  exit
fi

lock=requirements.lock
[ "$what" = test ] && lock=requirements-dev.lock
stamp=.venv/.installed-$what
if [ ! -f "$stamp" ] || [ "$lock" -nt "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -c 'import uv' 2>/dev/null || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  echo "Installing Python packages from $lock"
  .venv/bin/python -m uv pip install --quiet --python .venv/bin/python --compile-bytecode --require-hashes -r "$lock"
  .venv/bin/python -m uv pip install --quiet --python .venv/bin/python --no-deps --editable .
  touch "$stamp"
fi
