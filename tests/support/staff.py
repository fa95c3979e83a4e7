"""`member_of`, a member of staff with one of the roles."""

from django.contrib.auth.models import Group, User


def member_of(role: str, username: str = "", password: str | None = None) -> User:
    """Create a member of staff in the group of this role, by default with the role as user name. Without a password
    nobody logs in by the form.
    """
    user = User.objects.create_user(username or role.lower(), password=password, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user
