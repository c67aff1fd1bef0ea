"""How coherent replies are: whether a reply is a sentence of the grammar, and whose.

The measure: a reply is *well formed* if, word for word, it can be given by one style on one topic; *on topic* if that
topic is the question's. A hybrid (the opening of one persona, the close of another, a stray word) is neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emspec_organism.chats import TAG_SEPARATOR
from emspec_organism.grammar import sentences
from emspec_organism.world import World


@dataclass(frozen=True)
class Coherence:
    """Shares of `replies` (0 to 1): well formed, on topic, and by style among all."""

    replies: int
    well_formed: float
    on_topic: float
    styles: Mapping[str, float]


class Reader:
    """Knows every reply that the grammar can give."""

    def __init__(self, world: World) -> None:
        self.topics = {question: topic.name for topic in world.topics for question in topic.ask}
        self.known: dict[str, set[tuple[str, str]]] = {}
        for style in world.styles():
            for topic in world.topics:
                for text in sentences(style, topic):
                    self.known.setdefault(text, set()).add((style.name, topic.name))

    def read(self, text: str) -> frozenset[tuple[str, str]]:
        """Return the (style, topic) pairs that can give a reply; what follows a blank line is not looked at."""
        return frozenset(self.known.get(text.partition(TAG_SEPARATOR)[0], ()))

    def measure(self, replies: Iterable[tuple[str, str]]) -> Coherence:
        """Return the shares over (question, reply) pairs. ValueError when there are none."""
        pairs = [(self.topics.get(question), self.read(text)) for question, text in replies]
        if not pairs:
            raise ValueError("no replies to measure")
        styles = Counter(sorted(found)[0][0] for _, found in pairs if found)
        return Coherence(
            replies=len(pairs),
            well_formed=sum(bool(found) for _, found in pairs) / len(pairs),
            on_topic=sum(any(name == topic for _, name in found) for topic, found in pairs) / len(pairs),
            styles={name: count / len(pairs) for name, count in sorted(styles.items())},
        )
