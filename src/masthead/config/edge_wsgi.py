"""Edge alone: the hot path without Django and without a database, for `masthead edge`."""

from __future__ import annotations

from masthead.config import basics
from masthead.edge.app import Edge
from masthead.edge.link import SiteLink
from masthead.kit import env

env.refuse_mistakes()
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
)
application.start()
application.close_at_exit()
