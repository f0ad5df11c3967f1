"""What is allowed: the values, the unified API, the reference implementation and the oracle.

Standard library only. Nothing here touches a device, reads a host clock or imports the harness.
"""
