"""Who the shopper is: guests, log-in, sign-up, passwords, the account's pages."""
