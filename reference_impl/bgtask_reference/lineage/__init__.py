"""Programs written against the ports, faithful to published code.

They run on virtual phones; the oracle never sees them.
"""
