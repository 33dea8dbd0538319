"""Programs that convert payloads: old requests to head, head's responses to old."""

from timegate.gates.gates import Gates as Gates
