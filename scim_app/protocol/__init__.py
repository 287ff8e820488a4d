"""SCIM as values and functions: RFC 7643 and RFC 7644 without Flask, SQL or a clock.

Time, ids and storage come in as arguments. Each rule of the RFCs is obeyed in one function of one module here.
"""
