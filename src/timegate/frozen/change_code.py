"""A `VersionChange` as source text, from what is to be declared."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from timegate.frozen.code import UNDECIDED, WIDTH, Code, laid_out, shortened
from timegate.frozen.proposal import Proposal

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_INDENT: Final = " " * 8
_LONGEST: Final = 60
"""How many characters the name of a class may have."""


@dataclass(frozen=True, slots=True)
class ChangeCode:
    """The class statement of a change.

    Args:
        name: the class.
        text: the statement, without empty lines around it.
        imports: the modules and names that it needs.
    """

    name: str
    text: str
    imports: frozenset[tuple[str, str]]


def change_code(proposals: Sequence[Proposal], *, message: str = "", taken: Collection[str] = ()) -> ChangeCode:
    """The change that declares everything that is proposed.

    Args:
        proposals: what is to be declared.
        message: the line of the changelog; made from the proposals where it is empty.
        taken: names that the module has already.
    """
    says = message or " ".join(dict.fromkeys(one.says for one in proposals))
    name = _free_name(message or proposals[0].says, taken)
    facts = [fact for one in proposals for fact in one.facts]
    needed = frozenset[tuple[str, str]]().union(*(fact.imports for fact in facts), {("timegate", "VersionChange")})
    lines = [f"class {name}(VersionChange):", *_docstring(says), "", *_changes(proposals, facts)]
    return ChangeCode(name, "\n".join(lines), needed)


def class_code(name: str, says: str, facts: Sequence[tuple[str, Code]], *, hidden: bool = False) -> ChangeCode:
    """The change of a name that declares facts, each below a comment, which may be empty."""
    needed = frozenset[tuple[str, str]]().union(*(fact.imports for _, fact in facts), {("timegate", "VersionChange")})
    lines = [f"class {name}(VersionChange):", *_docstring_of(says)]
    lines += ["", "    hidden = True"] if hidden else []
    lines += ["", *_declared(facts)] if facts else []
    return ChangeCode(name, "\n".join(lines), needed)


def _docstring_of(text: str) -> list[str]:
    """A text that somebody wrote as a docstring, in its own lines."""
    first, *rest = text.replace("\\", "\\\\").replace('"""', "'''").splitlines()
    if not rest:
        return [f'    """{first}"""']
    return [f'    """{first}', *(f"    {line}".rstrip() for line in rest), '    """']


def _declared(facts: Sequence[tuple[str, Code]]) -> list[str]:
    alone = f"    changes = ({facts[0][1].text},)"
    if len(facts) == 1 and not facts[0][0] and len(alone) <= WIDTH:
        return [alone]
    lines = ["    changes = ("]
    for comment, fact in facts:
        lines += [f"{_INDENT}# {line}".rstrip() for line in comment.splitlines()]
        lines += f"{_INDENT}{laid_out(fact.text)},".splitlines()
    return [*lines, "    )"]


def _changes(proposals: Sequence[Proposal], facts: Sequence[Code]) -> list[str]:
    if len(facts) == 1 and not proposals[0].offers:
        alone = laid_out(facts[0].text, indent=4)
        line = f"    changes = ({alone},)"
        if "\n" not in alone and len(line) <= WIDTH:
            return [line]
    lines = ["    changes = ("]
    for one in proposals:
        if one.offers:
            lines += _offered(one)
        for fact in one.facts:
            lines += f"{_INDENT}{laid_out(fact.text)},".splitlines()
    return [*lines, "    )"]


def _offered(proposal: Proposal) -> list[str]:
    """What may be written in place of a placeholder, as a comment."""
    lines = textwrap.wrap(f"Decide: {proposal.question}", WIDTH - len(_INDENT) - 2)
    for offer in proposal.offers:
        lines.append(f"{offer.when.capitalize()}:")
        for fact in offer.facts:
            code = laid_out(shortened(fact.text), indent=0, width=WIDTH - len(_INDENT) - 6)
            lines += [f"    {line}" for line in f"{code},".splitlines()]
    # They are not imported yet, because nothing uses them so far.
    needed = frozenset[tuple[str, str]]().union(*(fact.imports for offer in proposal.offers for fact in offer.facts))
    imports = (f"from {module} import {name}" for module, name in sorted(needed) if name != UNDECIDED[1])
    lines += textwrap.wrap(f"They need: {'; '.join(imports)}", WIDTH - len(_INDENT) - 2, subsequent_indent="    ")
    return [f"{_INDENT}# {line}".rstrip() for line in lines]


def _docstring(text: str) -> list[str]:
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    sentence = safe if safe.rstrip().endswith((".", "!", "?")) else f"{safe}."
    if len(sentence) + 10 <= WIDTH:
        return [f'    """{sentence}"""']
    first, *rest = textwrap.wrap(sentence, WIDTH - 8)
    if len(sentence) > len(first):
        # A summary of one line, as linters want it; the rest is a paragraph of its own.
        sentences = re.split(r"(?<=[.!?]) ", sentence, maxsplit=1)
        if len(sentences[0]) + 8 <= WIDTH:
            first, rest = sentences[0], textwrap.wrap(" ".join(sentences[1:]), WIDTH - 4)
    return [f'    """{first}', *([""] if rest else []), *(f"    {line}" for line in rest), '    """']


def _free_name(text: str, taken: Collection[str]) -> str:
    # A sentence that is cut off would say something else.
    sentence = re.split(r"[.!?](?:\s|$)", text, maxsplit=1)[0]
    words = [word[0].upper() + word[1:] for word in _WORD.findall(sentence)]
    lengths = accumulate(map(len, words))
    name = "".join(word for word, length in zip(words, lengths, strict=True) if length <= _LONGEST) or "Change"
    name = name if name[0].isalpha() else f"Change{name}"
    numbers = (f"{name}{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbers if one not in taken)
