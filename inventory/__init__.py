"""Products, variants, stock, the stock ledger and low-stock alerts."""
