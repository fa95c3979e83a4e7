"""The stock audit recomputes every stored number from the rows it sums up. docs/locking.md says what it relies on."""

from cart.audit.check import AuditReport, Difference, Rule, audit_stock
from cart.audit.run import AuditRun, fix_stock, run_audit

__all__ = ["AuditReport", "AuditRun", "Difference", "Rule", "audit_stock", "fix_stock", "run_audit"]
