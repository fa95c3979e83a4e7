"""Products, variants, stock, the stock ledger and low-stock alerts: the bottom room, which imports no other."""
