"""The audit: every stored number recomputed from what it is the sum of. See docs/locking.md for what it relies on."""

from cart.audit.fixing import fix_stock
from cart.audit.looking import audit_stock
from cart.audit.report import AuditReport, Difference, Rule
from cart.audit.running import AuditRun, run_audit

__all__ = ["AuditReport", "AuditRun", "Difference", "Rule", "audit_stock", "fix_stock", "run_audit"]
