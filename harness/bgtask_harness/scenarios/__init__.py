"""The conformance suite that ships with the package: what `pytest --device NAME` runs. `docs/scenarios.md` lists it.

Each is written as a user would write one, with the fixtures `device` and `task` alone. None of them says what must
happen: they make things happen and wait, and the oracle judges what was recorded.
"""
