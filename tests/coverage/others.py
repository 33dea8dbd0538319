"""Kinds of breaking changes that no fact mends: the decision that each needs, or why it is out of scope."""

from __future__ import annotations

from typing import Final

_SUNSET = "`Version(…, deprecated=…, sunset=…)` says when; a sunset before the deprecation does not start"
_POLICY = "how long a deprecated thing stays is the author's: `documented(was={'deprecated': …})` tells old documents"
_BODY = "`endpoint(…).removed()` keeps the old operation, and a handler for it makes the body"

DECIDED: Final = {
    "added-required-request-body": _BODY,
    "request-body-became-required": _BODY,
    "api-deprecated-sunset-missing": _SUNSET,
    "api-deprecated-sunset-parse": _SUNSET,
    "api-path-sunset-parse": _SUNSET,
    "api-sunset-date-changed-too-small": _SUNSET,
    "api-sunset-date-too-small": _SUNSET,
    "api-sunset-deleted": _SUNSET,
    "request-parameter-deprecated-sunset-missing": _POLICY,
    "request-parameter-sunset-date-changed-too-small": _POLICY,
    "request-parameter-sunset-date-too-small": _POLICY,
    "request-parameter-sunset-deleted": _POLICY,
    "request-parameter-sunset-parse": _POLICY,
    "request-property-deprecated-invalid": _POLICY,
    "request-property-deprecated-sunset-missing": _POLICY,
    "request-property-sunset-date-too-small": _POLICY,
    "response-property-deprecated-invalid": _POLICY,
    "response-property-deprecated-sunset-missing": _POLICY,
    "response-property-sunset-date-too-small": _POLICY,
}
"""By the name of the kind: what its author decides, with words that are no fact about payloads."""

_MEDIA = "timegate converts JSON; a media type that is gone is a body in another language"
_STABILITY = "`x-stability-level` is a mark of one tool, which passes through documents as it is"
_NULL = "a parameter on the wire is a text, and no text is null"

OUT: Final = {
    "api-invalid-stability-level": _STABILITY,
    "api-stability-decreased": _STABILITY,
    "request-property-stability-decreased": _STABILITY,
    "response-property-stability-decreased": _STABILITY,
    "request-body-media-type-removed": _MEDIA,
    "request-body-media-type-schema-added": _MEDIA,
    "response-body-media-type-schema-removed": _MEDIA,
    "response-media-type-name-generalized": _MEDIA,
    "response-media-type-removed": _MEDIA,
    "request-body-removed": "a body that head does not read breaks no client that sends it",
    "request-parameter-became-not-nullable": _NULL,
    "request-parameter-property-became-not-nullable": _NULL,
    "response-header-became-nullable": "a header field is a text, and no text is null",
    "webhook-removed": "a payload that nobody sends any more cannot be converted",
}
"""By the name of the kind: why nothing is to be done here."""
