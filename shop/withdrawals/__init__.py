"""The withdrawal function: finding the order, choosing, confirming."""
