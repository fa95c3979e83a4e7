"""`Synonym`: words that mean the same to who searches for goods."""

import re

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

MOST_WORDS = 4  # of a synonym, as the function inventory_query has it


def check_synonyms(words: str) -> None:
    """Raise ValidationError unless there are two synonyms or more, each of one to `MOST_WORDS` words."""
    counts = [len(re.findall(r"[^\W_]+", synonym)) for synonym in words.split(",")]
    if len(counts) < 2 or 0 in counts:
        raise ValidationError("Write at least two, with one comma between them: xmas, Christmas")
    if max(counts) > MOST_WORDS:
        raise ValidationError(f"A synonym has at most {MOST_WORDS} words. Put commas between the synonyms.")


class Synonym(models.Model):
    """Words that mean the same: a search for one of them finds the goods that have any. See docs/search.md."""

    words = models.CharField(
        max_length=200,
        validators=[check_synonyms],
        help_text="At least two, with commas between them: “xmas, Christmas”. Who searches for one finds all.",
    )
    # Written only by a trigger, from the words: what finds each of them.
    queries = ArrayField(models.TextField(), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words
