"""Rule catalogue, fold, witness, verdicts: `judge(history)` is the door."""
