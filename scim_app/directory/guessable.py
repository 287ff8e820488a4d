"""Passwords that are tried first: well-known words, rows of keys, the person's own names, and little else.

Those who guess begin with lists of passwords that were stolen elsewhere. Those of twelve characters and more are made of
few ingredients; the ingredients fit here, and the lists would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scim_app.protocol.comparison import folded

OWN = 6
"""Characters that a password has beside what is guessable in it."""
DIFFERENT = 5
LOOKED_AT = 64
"""Characters from the beginning: whoever makes up so many is not looked at further."""
WORDS = frozenset(
    """
    abc access account admin administrator angel animal anthony apple april asdf august autumn baby banana baseball basketball
    batman birthday buster butterfly charlie cheese chelsea chocolate coffee computer cookie daniel database december default
    diamond dragon eagle fall february flower football freedom friday friend friends george ginger guest hannah happy hello
    hockey hunter iloveyou internet january jennifer jessica jesus jordan joshua july june killer letmein liverpool login love
    lovely maggie march master matrix matthew merlin michael michelle monday money monkey mustang mypass nicole november
    october orange owner pass password passwort passwd pepper phoenix pokemon princess private purple pussy qwert rainbow
    ranger robert root samsung saturday scim secret security september server shadow silver soccer spring star starwars
    startrek summer sunday sunshine super superman system temp temporary tennis test testing thomas thunder thursday tigger
    trustno tuesday user wednesday welcome whatever william winter yellow zxcvb changeme companyname
    """.split()
)
ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()_+",
    "qazwsxedcrfvtgbyhnujm",
)
YEAR = re.compile(r"(19|20)\d\d")
LEET = str.maketrans("013457@$!", "oieastasi")
SENTENCE = (
    "That password is easy to guess: apart from common words, keyboard patterns and your own names, it has fewer than "
    f"{OWN} characters. A few unrelated words are easy to remember and hard to guess."
)


def guessable(password: str, names: Iterable[str] = ()) -> bool:
    """Whether the password is made of what is tried first. `names` are the person's own: address, organisation, product."""
    text = folded(password)[:LOOKED_AT]
    known = WORDS | {word for name in names for word in re.findall(r"[^\W_]{3,}", folded(name))}
    return len(set(text)) < DIFFERENT or min(rest(text, known), rest(text.translate(LEET), known)) < OWN


def rest(text: str, words: Iterable[str]) -> int:
    """How many characters are left, at the least, when the words and all pieces of rows are taken out of the text."""
    least = [0]
    for end in range(1, len(text) + 1):
        pieces = [least[end - 1] + 1]
        pieces += [least[end - len(word)] for word in words if text.endswith(word, 0, end)]
        pieces += [
            least[end - length] for length in range(3, 21) if length <= end and in_a_row(text[end - length : end])
        ]
        least.append(min(pieces))
    return least[-1]


def in_a_row(piece: str) -> bool:
    """Whether the piece runs along a row of keys or letters, in either direction, is one character only, or is a year."""
    rows = any(piece in row or piece[::-1] in row for row in ROWS)
    return rows or len(set(piece)) == 1 or YEAR.fullmatch(piece) is not None
