"""Runs the product on a machine that has only Python: its own PostgreSQL, Valkey, workers and demo receiver.

Knows nothing of the domain: it starts programs, hands them their settings and watches them.
"""
