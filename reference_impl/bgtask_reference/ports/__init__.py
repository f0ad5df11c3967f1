"""Protocols alone: what programs are written against and what phones implement.

Decision and alternatives: `docs/adr/0002-ports.md`.
"""
