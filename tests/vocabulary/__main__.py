"""Write the reference into the page: ``python -m tests.vocabulary``."""

from __future__ import annotations

from tests.vocabulary.reference import PAGE, START, reference

guide = PAGE.read_text(encoding="utf-8").partition(START)[0]
PAGE.write_text(guide.rstrip("\n") + "\n\n" + reference(), encoding="utf-8")
print(f"{PAGE} is written")
