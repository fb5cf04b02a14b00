"""Making the demonstration newsroom."""

from __future__ import annotations

from masthead.demo.operations.building import Built, Plan, Progress, SiteInUse, build
from masthead.demo.operations.staff import StaffSignIn

__all__ = ["Built", "Plan", "Progress", "SiteInUse", "StaffSignIn", "build"]
