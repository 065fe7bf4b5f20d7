"""Pages: single HTML files that need no network, no build step and no server."""

from khabar.pages.agreement import agreement_page
from khabar.pages.explorer import explorer, voices_on, write_explorer
from khabar.pages.leaderboard import leaderboard

__all__ = ["agreement_page", "explorer", "leaderboard", "voices_on", "write_explorer"]
