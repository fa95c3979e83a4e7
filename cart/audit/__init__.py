"""The audit: every stored number recomputed from what it is the sum of. See docs/locking.md for what it relies on."""

from cart.audit.check import AuditReport, Difference, Rule, audit_stock
from cart.audit.repair import fix_stock
from cart.audit.run import AuditRun, run_audit

__all__ = ["AuditReport", "AuditRun", "Difference", "Rule", "audit_stock", "fix_stock", "run_audit"]
