"""The settings that every process reads, edge's included: where it runs and its secrets. No Django in here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from masthead.kit import env

# ---- Where and how it runs
MASTHEAD_DATA = env.folder(
    "MASTHEAD_DATA", Path("var"), about="Folder of the database, pictures and secrets of a small installation."
)
PORT = env.number("PORT", 8000, least=1, most=65535, about="Port that `masthead serve` listens on.")
MASTHEAD_BIND = env.text("MASTHEAD_BIND", "127.0.0.1", about="Address that `masthead serve` listens on.")
MASTHEAD_SITE_URL = env.url(
    "MASTHEAD_SITE_URL",
    f"http://localhost:{PORT}",
    schemes=("http", "https"),
    shown="`http://localhost:PORT`",
    about="Address under which readers reach the site. With https, every cookie is Secure.",
)
MASTHEAD_SECURE = MASTHEAD_SITE_URL.startswith("https://")
MASTHEAD_SITE_HOST = urlsplit(MASTHEAD_SITE_URL).hostname or "localhost"

# ---- Secrets
SECRET_KEY = env.text(
    "MASTHEAD_SECRET_KEY",
    "",
    shown="made once and kept in `MASTHEAD_DATA/secret.key`",
    about="The secret from which every key is derived. Set it where more than one machine serves the site.",
) or env.secret_kept_in(MASTHEAD_DATA / "secret.key")
MASTHEAD_PREVIOUS_SECRET_KEYS = env.words(
    "MASTHEAD_PREVIOUS_SECRET_KEYS",
    about="Earlier secrets, newest first: what they sealed still opens, nothing new is sealed with them.",
)
MASTHEAD_SECRETS = [SECRET_KEY, *MASTHEAD_PREVIOUS_SECRET_KEYS]

# ---- Edge
MASTHEAD_COUNTRY_HEADER = env.text(
    "MASTHEAD_COUNTRY_HEADER",
    "",
    shown="none: the country is unknown",
    about="Header in which a trusted CDN in front of the site names the reader's country.",
)
MASTHEAD_COUNTRY_FILE = env.text(
    "MASTHEAD_COUNTRY_FILE",
    "",
    shown="none: the country is unknown",
    about="A `.mmdb` file of yours that tells countries from addresses, where no header does.",
)
MASTHEAD_TRUSTED_PROXIES = env.number(
    "MASTHEAD_TRUSTED_PROXIES", 0, least=0, most=5, about="How many proxies of yours stand in front of the site."
)
MASTHEAD_EDGE_PORT = env.number(
    "MASTHEAD_EDGE_PORT",
    PORT + 2 if PORT < 65534 else PORT - 2,
    least=1,
    most=65535,
    about="Port that `masthead edge` listens on; two above PORT by default.",
)
MASTHEAD_EDGE_SITE = env.url(
    "MASTHEAD_EDGE_SITE",
    f"http://127.0.0.1:{PORT}",
    schemes=("http", "https"),
    shown="`http://127.0.0.1:PORT`",
    about="Address at which `masthead edge` reaches the site itself, for its appeals and counts.",
)

# ---- Watching
MASTHEAD_METRICS_TOKEN = env.text(
    "MASTHEAD_METRICS_TOKEN",
    "",
    shown="none: nobody may read them",
    about="Token that whoever reads `/_masthead/metrics` has to show.",
)
MASTHEAD_LOGS = env.choice(
    "MASTHEAD_LOGS", "plain", ("plain", "json"), about="How log lines look: for people, or one JSON object each."
)
