"""The site of the back office: unfold's, with the second factor before each page, and the log-in's throttle wherever a
password is asked for.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponseBase]


class BackOfficeSite(UnfoldAdminSite):  # type: ignore[misc]
    def get_urls(self) -> list[URLPattern]:
        from shop.second_factor import views

        # Not by our `admin_view`, which leads here.
        check = super().admin_view
        return [
            path("second-factor/", check(views.ask), name="second_factor"),
            path("second-factor/set-up/", check(views.set_up_view), name="second_factor_set_up"),
            *super().get_urls(),
        ]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Any page of the back office, for staff who have given their second factor. Logging out needs none."""
        from shop.second_factor.guard import after_second_factor

        guarded = view if view == self.logout else after_second_factor(view)
        checked: View = super().admin_view(guarded, cacheable)
        return checked

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Unfold's own lets the old password be guessed."""
        from shop.accounts.views import StaffPasswordView

        request.current_app = self.name
        context = {**self.each_context(request), **(extra_context or {})}
        return StaffPasswordView.as_view(extra_context=context)(request)
