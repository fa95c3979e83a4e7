"""The oversell drill: many real processes buy one variant at once, and every rule is checked afterwards.

It runs on the shop's own server, in a database of its own that is dropped again, through the service that the shop
itself uses. `database` makes and drops it; a process of its own (`__main__`), whose settings know neither the shop's
database nor its Redis, fills it and runs the drill there.

Nothing is imported here: the process that buyers are forked from loads `warm` before Django is set up.
"""

# In the name of every drill's database, and of no other one.
MARK = "_oversell_drill_"
