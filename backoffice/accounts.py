"""Forms for accounts: `InviteForm` adds one of staff, `AccountForm` changes one, `OtherPasswordForm` its password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from core.admin.seen import SeenForm
from core.links import site_url
from delivery.services import send_email

_DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400


class InviteForm(SeenForm):
    """A new member of staff: name, e-mail address and role. A link to set a password is sent to the address."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text=f"A link to set a password is sent there. It works for {_DAYS} days.",
    )
    role = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget,
        help_text="What the person may do in the back office. Make roles of your own under Groups.",
    )

    class Meta:
        model = User
        fields = ["username", "email"]
        field_classes = {"username": UsernameField}

    def clean_username(self) -> str:
        """Refuse a name that differs from another one in its capitals only: people log in with any."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError("There is an account of this name already: choose another one.")
        return name

    def save(self, commit: bool = True) -> Any:
        self.instance.is_staff = True
        self.instance.set_unusable_password()
        return super().save(commit)

    def _save_m2m(self) -> None:
        super()._save_m2m()
        self.instance.groups.add(self.cleaned_data["role"])
        send_invitation(self.instance)


def send_invitation(user: User) -> None:
    """E-mail a link by which the account's password is set. Sent again with the same link it is one e-mail."""
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    facts = {
        "user": user,
        "shop": settings.SHOP_NAME,
        "link": site_url(reverse("shop:reset_confirm", args=[uid, token])),
        "office": site_url(reverse("admin:index")),
        "days": _DAYS,
    }
    send_email(
        kind="invitation",
        to=user.email,
        subject=f"Your account at {settings.SHOP_NAME}",
        text=render_to_string("backoffice/mail_invitation.txt", facts),
        dedupe_key=f"invitation:{user.pk}:{token}",
    )


class AccountForm(SeenForm):
    """An account. Its password is not shown, and has a page of its own."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"username": UsernameField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if permissions := self.fields.get("user_permissions"):
            # The name of a permission has that of its model.
            permissions.queryset = Permission.objects.select_related("content_type")  # type: ignore[attr-defined]


class OtherPasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """A new password for another account. Only the password is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Accounts here have no other way to log in; to close one, untick "active".
        self.fields.pop("usable_password", None)

    def set_password_and_save(self, user: User, *args: Any, commit: bool = True, **kwargs: Any) -> User:
        super().set_password_and_save(user, *args, commit=False, **kwargs)
        if commit:
            user.save(update_fields=["password"])
        return user
