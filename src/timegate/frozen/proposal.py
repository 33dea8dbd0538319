"""What is to be declared for differences, as a value that tools print and write."""

from __future__ import annotations

from dataclasses import dataclass

from timegate.frozen.code import Code, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of several ways to declare a difference.

    Args:
        when: what must be so.
        facts: what is then written.
    """

    when: str
    facts: tuple[Code, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be declared for one or several differences.

    Args:
        says: what changed, in a sentence.
        facts: the facts, in the order in which they are declared; with a placeholder where a person has to decide, and
            none where no fact declares it.
        question: what is to be decided; empty where nothing is.
        offers: the ways to decide, where the facts are one placeholder.
        fingerprints: of the differences.
    """

    says: str
    facts: tuple[Code, ...]
    question: str = ""
    offers: tuple[Offer, ...] = ()
    fingerprints: frozenset[str] = frozenset()

    @property
    def decided(self) -> bool:
        """Whether a tool may write it without a person."""
        return not self.question

    @property
    def told(self) -> str:
        """The facts in one line each, or what is offered."""
        if not self.facts:
            return self.question
        if not self.offers:
            return "\n".join(fact.text for fact in self.facts)
        return "\n".join(
            f"{offer.when}: {', '.join(shortened(fact.text) for fact in offer.facts)}" for offer in self.offers
        )
