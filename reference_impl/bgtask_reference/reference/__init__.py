"""The reference schedulers and workers, as the contract wants them. The oracle replays them; no phone hosts them."""
