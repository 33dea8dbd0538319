"""Programs that convert payloads: old requests to head, head's responses to old."""

from timegate.gates.gates import Gates as Gates
from timegate.gates.hazards import Hazard as Hazard
from timegate.gates.in_request import merged_onto as merged_onto
