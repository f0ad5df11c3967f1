"""Phones behind one port: `android` now; `ios` and `simulator` come with their own issue."""
