"""Who bought: a row a customer, kept by an effect, with what staff note about them. See docs/customers.md."""
