"""`render_documents` makes the PDF of documents, stores it, and writes the e-mail to the customer that carries it.

Not in the transaction that numbers them: a PDF takes a tenth of a second, and all documents wait for one counter. The
invoice has an e-mail of its own. So no other e-mail waits for a PDF, and none that should carry it leaves without it.
"""

import time
from collections.abc import Sequence

from core.transactions import command
from orders.documents.emails import send_document_email
from orders.models import Document, DocumentFile

LONGEST = 5.0  # seconds, of the 20 that a task has


@command
def render_documents(*, document_ids: Sequence[int]) -> list[int]:
    """Make and store the PDFs that these documents lack, and write their e-mails, until time is up.

    Returns the ids that are left for another transaction.
    """
    # Here and not above: fpdf2 and its libraries take 30 MB, and web processes read this module without making PDFs.
    from orders.documents.pdf import pdf_of

    stop_at = time.monotonic() + LONGEST
    lacking = Document.objects.filter(pk__in=document_ids, file__isnull=True).select_related("order", "corrects")
    documents = list(lacking.order_by("pk"))
    for done, document in enumerate(documents):
        if done and time.monotonic() >= stop_at:
            return [each.pk for each in documents[done:]]
        content = pdf_of(document)
        _, is_new = DocumentFile.objects.get_or_create(document=document, defaults={"content": content})
        if is_new:
            send_document_email(document, content)
    return []
