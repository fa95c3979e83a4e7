"""The site of the back office: unfold's, with the throttle of the log-in wherever a password is asked for."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from unfold.sites import UnfoldAdminSite


class BackOfficeSite(UnfoldAdminSite):  # type: ignore[misc]
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Unfold's own lets the old password be guessed."""
        from shop.accounts.views import StaffPasswordView

        request.current_app = self.name
        context = {**self.each_context(request), **(extra_context or {})}
        return StaffPasswordView.as_view(extra_context=context)(request)
