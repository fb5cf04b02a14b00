"""Addresses of belonging."""

from __future__ import annotations

from django.urls import URLPattern, path

from masthead.community import views
from masthead.community.care import leaving

urlpatterns: list[URLPattern] = [
    path("join/", views.join, name="join"),
    path("join/return/<uuid:checkout_id>/", views.return_from_payment, name="join_return"),
    path("join/<slug:tier>/", views.join, name="join_tier"),
    path("welcome/", views.welcome, name="welcome"),
    path("membership/", views.membership, name="membership"),
    path("membership/amount/", views.change_amount, name="membership_amount"),
    path("membership/change/", views.choose_plan, name="membership_change"),
    path("membership/change/confirm/", views.confirm_plan, name="membership_confirm"),
    path("membership/change/keep/", views.keep_plan, name="membership_keep_plan"),
    path("membership/pause/", views.pause, name="membership_pause"),
    path("membership/resume/", views.resume, name="membership_resume"),
    path("membership/card/", views.change_card, name="membership_card"),
    path("membership/card/changed/", views.card_changed, name="membership_card_changed"),
    path("membership/name/", views.rename, name="membership_name"),
    path("membership/end/", views.end_membership, name="membership_end"),
    path("membership/keep/", views.keep_membership, name="membership_keep"),
    path("membership/everything.json", views.export_everything, name="membership_export"),
    path("membership/statement/", views.statement, name="membership_statements"),
    path("membership/statement/<int:year>/", views.statement, name="membership_statement"),
    path("membership/erase/", leaving.erase_me, name="membership_erase"),
    path("_masthead/pass", views.refresh_pass, name="pass"),
]
