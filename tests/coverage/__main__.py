"""Write the page on coverage: ``python -m tests.coverage``."""

from __future__ import annotations

from tests.coverage.page import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
print(f"{PAGE} is written")
