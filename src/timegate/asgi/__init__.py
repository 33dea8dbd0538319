"""Serve every version of a timeline over HTTP, with one app that knows only the newest one."""

from timegate.asgi.message.problems import Problem, problem_json
from timegate.asgi.message.scope import Scope
from timegate.asgi.middleware import TimegateMiddleware
from timegate.asgi.select.ceiling import Ceiling
from timegate.asgi.select.selectors import Given, Pin, Selector, first_of, header, media_type, path, query
from timegate.asgi.serve.listing import list_versions

__all__ = [
    "Ceiling",
    "Given",
    "Pin",
    "Problem",
    "Scope",
    "Selector",
    "TimegateMiddleware",
    "first_of",
    "header",
    "list_versions",
    "media_type",
    "path",
    "problem_json",
    "query",
]
