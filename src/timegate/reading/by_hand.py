"""What a document declares, in the one form that FastAPI writes: an author may say the same in others.

A response, a body, a parameter or a path may be shared and referred to, a component may have no class, a schema may be
a boolean, and what is empty may be null.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from timegate.reading.declared import status_key
from timegate.reading.document_form import SHARED_REFERENCE
from timegate.reading.normal_form import NormalForm
from timegate.typing import METHODS, Document, is_object
from timegate.wire.media import is_json_media
from timegate.wire.schema import referred, rewrite
from timegate.wire.wire import Body

_UNKNOWN: Final[Mapping[str, Any]] = {"content": {"application/json": {"schema": {}}}}
"""A body that a document describes elsewhere: it may be anything."""

WITHOUT_PAYLOADS: Final = ("audio/", "font/", "image/", "video/")
"""What no payload is in, whatever its schema says."""


class ByHand:
    """Reads a document whatever the form in which its author has written it.

    Args:
        document: the app's own document.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shared: Mapping[str, Any] = document.get("components") or {}
        self._schemas: Mapping[str, Any] = self._shared.get("schemas") or {}
        self._form = NormalForm({}, is_old=str(document.get("openapi", "")).startswith("3.0"))

    def places(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """The path, the method in lower case and the object of each operation."""
        paths: Mapping[str, Any] = self._document.get("paths") or {}
        for path, declared in paths.items():
            item = self._in_place(declared)
            for method, raw in item.items() if is_object(item) else ():
                if method.upper() in METHODS:
                    yield path, method, self.operation(raw, item.get("parameters") or ())

    def operation(self, raw: Mapping[str, Any], of_path: Iterable[Any] = ()) -> dict[str, Any]:
        """The object of an operation with everything shared in its place.

        Args:
            raw: as written.
            of_path: the parameters of all operations of its path.
        """
        found = {**raw}
        listed = [self._in_place(one) for one in (*of_path, *(raw.get("parameters") or ()))]
        if listed:
            by_name = {(one.get("in"), one.get("name", index)): one for index, one in enumerate(listed)}
            found["parameters"] = [*by_name.values()]
        if raw.get("requestBody"):
            found["requestBody"] = self._with_content(raw["requestBody"])
        responses: Mapping[str, Any] = raw.get("responses") or {}
        found["responses"] = {status_key(status): self._with_content(one) for status, one in responses.items()}
        return found

    def around(self, raw: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
        """A response or a body whose schemas are in normal form, with components that are no classes in their place.

        Args:
            raw: in its place.
            known: the names of the components that keep theirs.
        """
        content: Mapping[str, Any] = raw.get("content", {})
        return {**raw, "content": {media: self._media(node, known) for media, node in content.items()}}

    def _media(self, node: Any, known: Collection[str]) -> Any:
        if not is_object(node):
            return node
        schemas = {key: node[key] for key in ("schema", "itemSchema") if key in node}
        return {**node, **{key: self._form.schema(self._expanded(one, known)) for key, one in schemas.items()}}

    def _expanded(self, schema: Any, known: Collection[str], within: tuple[str, ...] = ()) -> Any:
        def change(node: dict[str, Any]) -> dict[str, Any]:
            name = referred(node)
            is_own = str(node.get("$ref", "#/$defs/")).startswith("#/$defs/")
            if is_own or name in known or (name is not None and name not in self._schemas):
                return node
            rest = {key: value for key, value in node.items() if key != "$ref"}
            if name is None or name in within:
                return rest
            inner = self._expanded(self._schemas[name], known, (*within, name))
            # A boolean says nothing of what is refused on its way to a client.
            return {**inner, **rest} if is_object(inner) else rest

        return rewrite(schema, change)

    def _with_content(self, raw: Any) -> dict[str, Any]:
        found = self._in_place(raw)
        if not is_object(found) or "$ref" in found:
            return {**_UNKNOWN}
        if found.get("content"):
            return found
        return {key: value for key, value in found.items() if key != "content"}

    def _in_place(self, node: Any, within: tuple[str, ...] = ()) -> Any:
        """A part of the document, or the shared one to which it refers; as it is where that is not there."""
        target = node.get("$ref") if is_object(node) else None
        shared = SHARED_REFERENCE.fullmatch(target) if isinstance(target, str) else None
        if target in within or shared is None or shared[2] not in (self._shared.get(shared[1]) or {}):
            return node
        rest = {key: value for key, value in node.items() if key != "$ref"}
        inner = self._in_place(self._shared[shared[1]][shared[2]], (*within, str(target)))
        return {**inner, **rest} if is_object(inner) else node


def written_body(content: Mapping[str, Any], schemas: Mapping[str, Any], *, has_other: bool) -> Body | None:
    """The body of a response that no class describes; None where it is that of another status.

    Args:
        content: its media types.
        schemas: by media type.
        has_other: whether the app converts a status that nothing describes by what another one declares.
    """
    json = [media for media in content if is_json_media(media)]
    described = [media for media in json if media in schemas] or [media for media in schemas if not json]
    if described:
        return Body(schemas[described[0]], (described[0], *(one for one in content if one != described[0])))
    if not content or (json and has_other):
        return None
    is_opaque = any(not media.startswith(WITHOUT_PAYLOADS) for media in content)
    return Body({} if is_opaque else {"type": "string"}, tuple(content))
