"""The settings under which the tests run: a data folder of their own, and the database that was asked for.

`MASTHEAD_TEST_DATABASE_URL` names a PostgreSQL server to test on; without it, SQLite in memory.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="masthead-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("MASTHEAD_") and not name.startswith("MASTHEAD_TEST_")]:
    del os.environ[_name]
os.environ.pop("PORT", None)
os.environ["MASTHEAD_DATA"] = _data
os.environ["MASTHEAD_SECRET_KEY"] = "a secret that only the tests use, long enough to derive keys from"  # noqa: S105  no secret
if _database := os.environ.get("MASTHEAD_TEST_DATABASE_URL"):
    os.environ["MASTHEAD_DATABASE_URL"] = _database

from masthead.config.settings import *  # noqa: E402, F403  the environment had to be set first
