"""`pdf_answer`, the PDF of a document as an answer to a browser."""

from django.http import HttpResponse

from orders.models import DocumentFile


def pdf_answer(file: DocumentFile) -> HttpResponse:
    """Return the PDF to be saved under its number. Expects the document to be read with it."""
    answer = HttpResponse(bytes(file.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{file.document.file_name}"'
    return answer
