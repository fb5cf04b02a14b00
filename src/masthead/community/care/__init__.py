"""Helping members: look a person up, see their whole story, put things right. Everything done is in the audit log."""
