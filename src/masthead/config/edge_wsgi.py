"""Edge alone: the hot path without Django and without a database, for `masthead edge`."""

from __future__ import annotations

from logging.config import dictConfig

from masthead.config import basics
from masthead.edge.app import Edge
from masthead.edge.countries import open_countries
from masthead.edge.link import SiteLink
from masthead.edge.metrics import Metrics
from masthead.kit import env
from masthead.kit.logs import make_logging

env.refuse_mistakes()
dictConfig(make_logging(basics.MASTHEAD_LOGS))
_site = SiteLink(
    basics.MASTHEAD_EDGE_SITE,
    secret=basics.SECRET_KEY,
    site=basics.MASTHEAD_SITE_URL,
    keep_in=basics.MASTHEAD_DATA / "edge-snapshot.json",
)
application = Edge(
    fallback=None,
    snapshots=_site.load_snapshot,
    counts=_site,
    secrets=basics.MASTHEAD_SECRETS,
    site=basics.MASTHEAD_SITE_URL,
    secure=basics.MASTHEAD_SECURE,
    trust_country_header=basics.MASTHEAD_COUNTRY_HEADER,
    countries=open_countries(
        basics.MASTHEAD_COUNTRY_FILE,
        trust_header=basics.MASTHEAD_COUNTRY_HEADER,
        trusted_proxies=basics.MASTHEAD_TRUSTED_PROXIES,
    ),
    metrics=Metrics(token=basics.MASTHEAD_METRICS_TOKEN, folder=basics.MASTHEAD_DATA / "metrics" / "edge"),
)
application.start()
application.close_at_exit()
