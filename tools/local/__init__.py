"""Run the shop on one machine: private PostgreSQL and Valkey, and every process of the site.

Nothing here imports Django or its settings, so it works before a database exists.
"""
