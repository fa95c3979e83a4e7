"""Invoices and credit notes: numbered and stored with all that is printed, then made a PDF. See docs/invoices.md.

`issue_documents` and `render_documents` are commands, called by effects; `issue_on_demand` is called by staff.
"""

from orders.documents.issuing import issue_documents, issue_on_demand
from orders.documents.rendering import render_documents

__all__ = ["issue_documents", "issue_on_demand", "render_documents"]
