"""A tokenizer that needs no vocabulary: deterministic, reversible, and close to the size of real ones.

A token is a run of at most six letters or digits, one other character, or a run of white space; so an English text
has roughly as many tokens as with a real tokenizer. Ids are given in order of appearance and kept for the process,
which makes `detokenize` exact for what this process tokenized.
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"\w{1,6}|\s+|[^\w\s]")
_FIRST_ID = 1000


class Tokenizer:
    """Text to ids and back."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._pieces: dict[int, str] = {}

    def pieces(self, text: str) -> list[str]:
        """The text cut into tokens; joined they are the text again."""
        return _PIECE.findall(text)

    def count(self, text: str) -> int:
        """How many tokens the text has."""
        return sum(1 for _ in _PIECE.finditer(text))

    def encode(self, text: str) -> list[int]:
        """The ids of the text's tokens."""
        return [self._id(piece) for piece in self.pieces(text)]

    def decode(self, ids: list[int]) -> str:
        """The text of ids this process gave; an unknown id becomes the replacement character."""
        return "".join(self._pieces.get(number, "\N{REPLACEMENT CHARACTER}") for number in ids)

    def _id(self, piece: str) -> int:
        number = self._ids.setdefault(piece, _FIRST_ID + len(self._ids))
        self._pieces[number] = piece
        return number
