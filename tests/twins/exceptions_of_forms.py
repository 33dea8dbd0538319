"""Where what an old client sees of a form may differ."""

from __future__ import annotations

from typing import Any

from tests.twins.exchange import Exchange
from tests.twins.malformed_forms import Multipart
from tests.twins.rules import LIMITS, documented
from tests.twins.values import Sent, is_dict, is_list


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
    form = Multipart.of(request.media, request.content) if request.content else None
    return form is not None and exchange.new_response.status == 400 and not (form.is_closed and form.is_clear)


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
    told = [{**entry, "input": _without_files(entry.get("input"))} for entry in exchange.old_details]
    # A stricter head tells its own limits beside it.
    limits = LIMITS if "constrained" in exchange.verbs else frozenset[str]()
    rest = [entry for entry in unlike if entry["type"] not in limits]
    return exchange.old.has_a_form and bool(rest) and all(entry in told for entry in rest)


def _without_files(value: Any) -> Any:
    if is_dict(value):
        is_file = {"filename", "headers"} <= value.keys()
        return None if is_file else {key: _without_files(item) for key, item in value.items()}
    return [_without_files(item) for item in value] if is_list(value) else value


@documented("An empty field that is no list counts as absent")
def an_empty_text_after_a_file_is_absent(exchange: Exchange) -> bool:
    """The app's own server reads the last entry of a field, and a file that was sent before it is none then."""
    empty = {name for name, item in exchange.request.form or () if item == ""}
    files = {name for name, item in exchange.request.form or () if isinstance(item, Sent)}
    return not empty.isdisjoint(files) and exchange.new_heard is not None


@documented("the other fields follow at the end of the form")
def a_text_among_files_is_told_behind_them(exchange: Exchange) -> bool:
    """Files pass while they arrive, so that a text that was sent between them comes after them."""
    unlike = [entry for entry in exchange.new_details if entry not in exchange.old_details]
    told = [(entry["loc"][:2], entry["type"]) for entry in exchange.old_details if entry["type"] == "value_error"]
    without_files = [{**entry, "input": None} for entry in exchange.old_details]
    files = {name for name, item in exchange.request.form or () if isinstance(item, Sent)}
    return bool(unlike) and all(
        entry in without_files or (entry["loc"][1] in files and (entry["loc"][:2], entry["type"]) in told)
        for entry in unlike
    )


@documented("what stands before its first part is passed over")
def what_stands_before_a_form_is_passed_over(exchange: Exchange) -> bool:
    """The app's own server refuses it."""
    form = Multipart.of(exchange.request.media, exchange.request.content)
    passed_over = form is not None and form.before != b"" and form.is_closed and form.is_clear
    return passed_over and exchange.old_response.status == 400 and exchange.new_response.status != 400
