"""The oversell drill: many real processes buy one variant at once, and every rule is checked afterwards.

It runs on the shop's own server, in a separate database that is dropped afterwards, and calls the service that the
shop itself uses. `database` creates and drops the database. A separate process (`__main__`) fills it and runs the
drill there; its settings know neither the shop's database nor its Redis.

This file imports nothing: the process that buyers are forked from loads `warm` before Django is set up.
"""

# Part of the name of every drill's database, and of no other.
MARK = "_oversell_drill_"
