"""Serve every version of a timeline over HTTP, by one app that knows only the newest one."""

from timegate.asgi.middleware import TimegateMiddleware
from timegate.asgi.problems import Problem, problem_json
from timegate.asgi.selection import Given, Selector, first_of, header, media_type, path, query

__all__ = [
    "Given",
    "Problem",
    "Selector",
    "TimegateMiddleware",
    "first_of",
    "header",
    "media_type",
    "path",
    "problem_json",
    "query",
]
