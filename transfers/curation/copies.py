"""Articles that share most of their words, and may be copies of one story."""

from dataclasses import dataclass

from transfers.evidence.likeness import estimate_likeness
from transfers.models import ArticleText, Source

#: Copies of an agency's story are cut and get other headlines; texts that only quote it share less.
LEAST = 0.4


@dataclass(frozen=True)
class Copy:
    """Source whose text shares this part of its words, in percent."""

    source: Source
    percent: int
    is_one_story: bool

    @property
    def origin(self) -> str:
        """Return the story that both sources may name: the one that is named already, or its key."""
        return self.source.origin_of or self.source.key


def list_copies(article: ArticleText) -> list[Copy]:
    """Return the articles that share most of their words with this one, the likest first."""
    likeness = {
        pk: estimate_likeness(article.sketch, sketch)
        for pk, sketch in ArticleText.objects.exclude(pk=article.pk).values_list("pk", "sketch")
    }
    alike = sorted((pk for pk in likeness if likeness[pk] >= LEAST), key=lambda pk: -likeness[pk])
    texts = ArticleText.objects.defer("text").select_related("source").in_bulk(alike)
    origin = article.source.origin_of
    return [
        Copy(
            texts[pk].source,
            round(100 * likeness[pk]),
            is_one_story=bool(origin) and texts[pk].source.origin_of == origin,
        )
        for pk in alike
    ]
