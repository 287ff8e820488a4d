"""What is stored, and what follows from it: one transaction, tenancy, uniqueness, roles, history, keys.

Nothing here knows HTTP. A function that writes takes a session and leaves the commit to `transaction.transact`.
"""
