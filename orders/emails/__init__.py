"""E-mails to customers about their orders. `composing` says what each contains, `sending` queues it once."""

from orders.emails.composing import RenderedEmail, render_order_email
from orders.emails.kinds import EmailKind, EmailNote
from orders.emails.sending import emails_of, send_order_email

__all__ = ["EmailKind", "EmailNote", "RenderedEmail", "emails_of", "render_order_email", "send_order_email"]
