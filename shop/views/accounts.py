"""Signing up, logging in and out. What a guest chose comes along by `shop.joining`."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView, RedirectURLMixin
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from shop.forms import SignupForm

__all__ = ["LoginView", "LogoutView", "SignupView"]


class LoginView(DjangoLoginView):
    """`/accounts/login/`"""

    template_name = "shop/login.html"
    redirect_authenticated_user = True


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignupView(RedirectURLMixin, FormView):  # type: ignore[type-arg]
    """`/accounts/signup/`: the new customer is logged in at once, with the cart they had as a guest."""

    template_name = "shop/signup.html"
    form_class = SignupForm

    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignupForm) -> HttpResponse:
        try:
            with transaction.atomic():
                user: User = form.save()
        except IntegrityError:
            # Somebody took the name after the form had looked.
            form.add_error("username", _("A user with that username already exists."))
            return self.form_invalid(form)
        login(self.request, user)
        return super().form_valid(form)
