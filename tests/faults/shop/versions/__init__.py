"""The versions of the shop."""

from timegate import Timeline

timeline = Timeline.from_package(__name__)
