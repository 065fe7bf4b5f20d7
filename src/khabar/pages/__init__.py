"""Pages: single HTML files that need no network, no build step and no server."""

from khabar.pages.agreement import agreement_page
from khabar.pages.explorer import explorer, voices_on
from khabar.pages.leaderboard import leaderboard
from khabar.pages.page import write_pages
from khabar.pages.system import system_page

__all__ = ["agreement_page", "explorer", "leaderboard", "system_page", "voices_on", "write_pages"]
