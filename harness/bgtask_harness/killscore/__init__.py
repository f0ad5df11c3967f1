"""Whether the oracle can be trusted: planted faults it must name, legal trouble and healthy lives it must not accuse.

Everything runs in this process on virtual time: the same driver, text, parsers and session as on a real phone, only the
transport differs. `docs/kill-score.md` says what is counted.
"""
