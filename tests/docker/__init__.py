"""`make test-docker`: docker-compose.yml as it is, run by a real engine under a project name and ports of its own.

Not part of `make test`, which has the same promises shown by local processes.
"""
