"""Apps with their own handler of validation errors, which writes each as one text, and with a status of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from tests.twins.driver import Response

SOURCE: Final = """\
@app.exception_handler(RequestValidationError)
async def refuse(request: Request, error: RequestValidationError) -> Any:
    return refused(error)
"""

_STATUS: Final = 418
_OF_THE_FRAMEWORK: Final = 422
_NO_STATUS: Final = 599


def refused(error: RequestValidationError) -> JSONResponse:
    """What the handler responds: no converter could find a place in it."""
    return JSONResponse({"refused": [json.dumps(one) for one in jsonable_encoder(error.errors())]}, _STATUS)


def as_the_frameworks(response: Response) -> Response:
    """A response in the form of the handler as if the framework had sent it, and one in the framework's as no other."""
    if response.status == _OF_THE_FRAMEWORK and b'"detail"' in response.body and b'"loc"' in response.body:
        return replace(response, status=_NO_STATUS)
    if response.status != _STATUS:
        return response
    details = [json.loads(text) for text in json.loads(response.body)["refused"]]
    return replace(response, status=_OF_THE_FRAMEWORK, body=json.dumps({"detail": details}).encode())
