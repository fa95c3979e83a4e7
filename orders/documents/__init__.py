"""Invoices and credit notes: numbered and stored with all that is printed, then made a PDF. See docs/invoices.md.

`issue_documents` and `render_documents` are commands, called by effects; staff call `issue_on_demand`, where
`is_to_invoice`.
"""

from orders.documents.issuing import is_to_invoice, issue_documents, issue_on_demand
from orders.documents.rendering import render_documents

__all__ = ["is_to_invoice", "issue_documents", "issue_on_demand", "render_documents"]
