"""Bringing in a WordPress export (WXR): read, clean, plan, save, report."""
