"""What Wagtail's console asks about accounts."""

from __future__ import annotations

from wagtail.admin.views.account import NameEmailSettingsPanel

from masthead.accounts.console import OwnNameForm

# Wagtail lets panels be added to the page of one's own account, and none be replaced.
NameEmailSettingsPanel.form_class = OwnNameForm
