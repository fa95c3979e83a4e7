"""The owner's drill: many real processes buy a throw-away variant at once, and every rule is looked at afterwards.

It runs on the owner's own database while the shop is open, through the service that the shop itself uses. The variant's
product is not listed, so no shopper meets it and nobody is alerted about its stock, and it goes with all its traces.

Nothing is imported here: the process that buyers are forked from loads `cart.drill.warm` before Django is set up.
"""
