"""A small server in Stripe's shape, for trials and tests: no money moves.

The official SDK talks to it unchanged. It keeps a SQLite file of its own and imports nothing of Django.
"""
