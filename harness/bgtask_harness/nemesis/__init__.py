"""What is done to a phone and taken back: the ledger, putting back, and who does so when this process is gone.

`ledger`, `healing`, `direct`, `supervisor` use the standard library and adb's protocol alone.
"""
