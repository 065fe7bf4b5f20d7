"""The benchmark as its program runs it: what is scored on, the leaderboard's folder, proposed submissions."""

from khabar.benchmark.folder import write_board
from khabar.benchmark.ground import Ground, check_whole, read_ground
from khabar.benchmark.proposals import take_proposed

__all__ = ["Ground", "check_whole", "read_ground", "take_proposed", "write_board"]
