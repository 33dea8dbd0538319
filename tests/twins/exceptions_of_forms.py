"""Where what an old client sees of a form may differ."""

from __future__ import annotations

from tests.twins.exchange import Exchange
from tests.twins.rules import documented
from tests.twins.values import is_dict


@documented("Another media type, or a coded form, is a 415.")
def a_form_of_another_type_is_a_415(exchange: Exchange) -> bool:
    """Where a change touches a form, another media type than the two of forms is a 415."""
    kind = exchange.request.media.partition(";")[0].strip().lower()
    forms = ("application/x-www-form-urlencoded", "multipart/form-data")
    return exchange.old.has_a_form and exchange.new_response.status == 415 and kind not in forms


@documented("a multipart form that is cut off, or with a part that does not say clearly what it is | 400")
def a_malformed_form_is_a_400(exchange: Exchange) -> bool:
    """The app's own server reads what came before, and what it can make of such a part."""
    request = exchange.request
    multipart = request.media.lower().startswith("multipart/form-data")
    malformed = request.raw is not None or not request.content.endswith(b"--twins--\r\n")
    return multipart and malformed and exchange.new_response.status == 400


@documented("the body is read last")
def a_malformed_form_is_looked_at_last(exchange: Exchange) -> bool:
    """A form without a boundary is told when the path, query and header fields are those of the contract."""
    details = exchange.new_details
    refused = exchange.old.has_a_form and exchange.old_response.status == 400 and bool(details)
    return refused and all(entry["loc"][0] != "body" for entry in details)


@documented("a file in a field that takes a text | without the file: `input` is null")
def a_file_is_not_repeated(exchange: Exchange) -> bool:
    """`input` of a file is what the app's own server keeps it in."""
    unlike = [entry for entry in exchange.new_details if entry not in exchange.old_details]
    files = [{**entry, "input": None} for entry in exchange.old_details if _is_file(entry.get("input"))]
    return bool(unlike) and all(entry in files for entry in unlike)


def _is_file(value: object) -> bool:
    return is_dict(value) and {"filename", "headers"} <= value.keys()
