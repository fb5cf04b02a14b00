"""Offers: a lower price or a time to try, by a code or a link, with an end and a limit."""
