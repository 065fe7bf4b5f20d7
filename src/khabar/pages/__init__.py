"""Pages: single HTML files that need no network, no build step and no server."""

from khabar.pages.leaderboard import leaderboard

__all__ = ["leaderboard"]
