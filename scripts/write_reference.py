"""Write the generated pages of docs/reference from the code itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def settings_page() -> str:
    """Return the reference page of all settings, made from the settings module."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
    from django.conf import settings

    from masthead.kit import env

    settings.SECRET_KEY  # noqa: B018  reading one setting loads them all
    rows = [
        f"| `{setting.name}` | {setting.takes} | {setting.default or 'none'} | {setting.about} |"
        for setting in env.SETTINGS.values()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Read from the environment when a process starts. Every one has a default that works on one machine,",
            "so a trial needs none. Nonsense is refused at the start with a sentence that names the setting.",
            "`masthead doctor` says what is unsafe for production.",
            "This page is made from the code by `make reference`.",
            "",
            "| name | takes | default | what it does |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    (ROOT / "docs/reference/settings.md").write_text(settings_page())
