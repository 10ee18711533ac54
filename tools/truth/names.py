#!/usr/bin/env python3
"""Writes the truth table of numerology from the package `numerology` (PyPI, Apache-2.0), which shares nothing with us.

    pip install numerology==1.8
    python tools/truth/names.py tests/truth/names.csv

That package keeps every multiple of 11, adds the letters of all words before it reduces, and takes Y for a vowel. What
does not depend on those habits is compared: life path, expression, soul urge and personality reduced to one digit,
the digits that no letter has, and day, month and year of birth reduced. Names have no Y; some have accents.
"""

import contextlib
import csv
import io
import random
import sys
from datetime import date, timedelta

with contextlib.redirect_stdout(io.StringIO()):
    from numerology.pythagorean.numerology import Numerology

CONSONANTS = [*"bcdfghjklmnpqrstvwxz", "ç", "ñ", "š", "ž", "ř"]
VOWELS = [*"aeiou", "á", "è", "î", "ö", "ũ", "ě"]


def word(draw):
    syllables = draw.randint(1, 4)
    letters = [draw.choice(group) for _ in range(syllables) for group in (CONSONANTS, VOWELS)]
    return "".join(letters[draw.randint(0, 1) :] + draw.choices(CONSONANTS, k=draw.randint(0, 2))).capitalize()


def digit(number):
    return 0 if number == 0 else 1 + (number - 1) % 9


def main(path):
    draw = random.Random("names")
    rows = []
    for _ in range(500):
        first, last = word(draw), " ".join(word(draw) for _ in range(draw.randint(1, 2)))
        born = date(1900, 1, 1) + timedelta(days=draw.randrange(73_000))
        with contextlib.redirect_stdout(io.StringIO()):
            of = Numerology(first, last, born.isoformat(), verbose=False)
        rows.append(
            [
                f"{first} {last}",
                born.isoformat(),
                of.life_path_number,
                digit(of.destiny_number),
                digit(of.hearth_desire_number),
                digit(of.personality_number),
                "".join(str(number) for number in of.full_name_missing_numbers),
                of.birthdate_day_num,
                of.birthdate_month_num,
                of.birthdate_year_num,
            ]
        )
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("name born life_path expression soul_urge personality missing day month year".split())
        writer.writerows(rows)


main(sys.argv[1])
