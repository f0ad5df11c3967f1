"""DTX, the protocol of instruments: launching, killing, listing processes."""
