"""The channel `email`: by the mail server that EMAIL_URL names, which is its one receiver."""

import uuid
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from core.queues import Queue
from delivery.channels import PAUSE, Channel, Verdict
from delivery.models import Delivery

_OF_THE_MESSAGE = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)


class EmailChannel(Channel):
    """One e-mail after the other in a run. Several runs may talk to the mail server at once."""

    queue = Queue.STAFF

    def send(self, delivery: Delivery) -> None:
        headers = {
            "Message-ID": message_id_of(delivery.dedupe_key),
            "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's holiday notice shall answer it
        }
        message = EmailMultiAlternatives(delivery.subject, delivery.text, to=[delivery.to], headers=headers)
        if delivery.html:
            message.attach_alternative(delivery.html, "text/html")
        message.send()

    def judge(self, error: BaseException) -> Verdict:
        """Final: there is no such address, or it is no e-mail. A pause: any other e-mail would have failed too."""
        if isinstance(error, SMTPRecipientsRefused):
            return Verdict(is_final=all(code >= 500 for code, _ in error.recipients.values()))
        if isinstance(error, OSError) and not isinstance(error, _OF_THE_MESSAGE):
            return Verdict(pause=PAUSE)
        return Verdict(is_final=isinstance(error, ValueError))


def message_id_of(dedupe_key: str) -> str:
    """The same for each try of an e-mail, so that mail programs show one that went out twice once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{uuid.uuid5(uuid.NAMESPACE_OID, dedupe_key)}@{domain}>"
