"""Text: raw page to article text, article text to sentences and tokens, all with exact offsets."""

from khabar.text.clean import Cleaned, clean
from khabar.text.mapping import Removal
from khabar.text.segment import SEGMENTER, Sentence, Token, segment, tokenize

__all__ = ["SEGMENTER", "Cleaned", "Removal", "Sentence", "Token", "clean", "segment", "tokenize"]
