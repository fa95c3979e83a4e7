"""A letter as the e-mail that it becomes."""

import uuid
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from delivery.models import Letter


def message_of(letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The message, to be sent over this connection."""
    headers = {
        "Message-ID": message_id_of(letter.dedupe_key),
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's holiday notice shall answer it
    }
    message = EmailMultiAlternatives(
        letter.subject, letter.text, to=[letter.to], headers=headers, connection=connection
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def message_id_of(dedupe_key: str) -> str:
    """The same for each try of a letter, so that mail programs show a letter which went out twice once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{uuid.uuid5(uuid.NAMESPACE_OID, dedupe_key)}@{domain}>"
