"""A zero-shot prompt of a chat model: what is asked, by which protocol, and how answers are read."""

from khabar.baselines.prompting.asking import Asking
from khabar.baselines.prompting.chat import Answer, Chat
from khabar.baselines.prompting.instructions import instructions, messages
from khabar.baselines.prompting.reading import Read, read_reply
from khabar.baselines.prompting.reckoning import Reckoning, reckon

__all__ = [
    "Answer",
    "Asking",
    "Chat",
    "Read",
    "Reckoning",
    "instructions",
    "messages",
    "read_reply",
    "reckon",
]
