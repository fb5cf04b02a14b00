"""Settings with the lease table and nothing else, so that a worker starts fast."""

from __future__ import annotations

import os
from typing import Any

import dj_database_url

SECRET_KEY = "jobs alone"
INSTALLED_APPS = ["masthead.kit.jobs.apps.JobsConfig", "tests.apps.jobs_world", "django_tasks"]
_database: dict[str, Any] = dict(dj_database_url.parse(os.environ["JOBS_DATABASE_URL"]))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=10000;",
    }
DATABASES = {"default": _database}
TASKS = {"default": {"BACKEND": "masthead.kit.jobs.backend.LeaseBackend", "QUEUES": []}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
