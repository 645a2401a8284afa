"""SVG text to a tree of elements. Nothing is fetched or expanded: what could be is refused here,
wherever in the document it stands, before anyone looks at shapes.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from vcmcodec.errors import LimitError, SvgError

MAX_DEPTH = 64
MAX_ELEMENTS = 1 << 14
"""Caps on a document, checked while it is parsed."""

_SVG = ("", "http://www.w3.org/2000/svg")
_REFUSED = {"script", "handler", "foreignobject", "image", "feimage", "iframe", "object", "embed"}
_URL = re.compile(r"url\([\s\"']*([^\s\"']|$)", re.IGNORECASE)
_MAX_PREFIXES = 16
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);|#)[^\s;&<>\"']+;")
"""A reference to an entity that XML itself does not declare."""


@dataclass(slots=True)
class Node:
    """An element: ``tag`` without its prefix ("" where it is not SVG), ``attributes`` without a
    prefix, and ``href`` whatever its prefix; ``line`` counts from 1."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)

    def style(self, name: str) -> str | None:
        """A property: of ``style``, which wins as in CSS, or an attribute; None where there is none."""
        for declaration in reversed(self.attributes.get("style", "").split(";")):
            key, colon, value = declaration.partition(":")
            if colon and key.strip() == name:
                return value.replace("!important", "").strip()
        value = self.attributes.get(name, "").strip()
        return value or None


def limit(reason: str, line: int) -> LimitError:
    """A LimitError that names a line."""
    return LimitError(f"{reason} (line {line})")


def quoted(text: str) -> str:
    """A piece of a document for an error's line: short, and nothing but ASCII."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def parse(text: str | bytes) -> Node:
    """The root ``svg`` element of a document.

    Raises SvgError where it is not well-formed, is not SVG, or holds what is refused, and LimitError
    where it is nested too deep or has too many elements. The caller has checked its length.
    """
    return _Builder().parse(text)


class _Builder:
    """Builds the tree from expat's events; its handlers raise, which stops expat at once."""

    def __init__(self) -> None:
        self.elements = 0
        self.root: Node | None = None
        self.open: list[Node] = []
        # Prefixes are resolved here: expat would copy a namespace's name, however long, per element.
        # A set holds those that mean SVG.
        self.prefixes: list[frozenset[str]] = [frozenset([""])]
        self.style: list[str] = []

    def parse(self, text: str | bytes) -> Node:
        # Text is decoded already, whatever its declaration says.
        self.expat = parser = expat.ParserCreate("utf-8" if isinstance(text, str) else None)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # Editors write a DOCTYPE. A DTD elsewhere is not fetched: what it says of entities is unknown. Within
        # attributes, the parser drops such entities without a word.
        parser.StartDoctypeDeclHandler = lambda *_: self._no_entities(text)
        # Every element would get a copy.
        parser.AttlistDeclHandler = self._declared
        parser.EntityDeclHandler = lambda *_: self._refuse("an entity")
        parser.SkippedEntityHandler = lambda *_: self._refuse("an entity")
        parser.ProcessingInstructionHandler = lambda *_: self._refuse("a processing instruction")
        try:
            parser.Parse(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise SvgError(f"not an SVG document: {reason}", line=error.lineno) from None
        except (LookupError, ValueError):  # of the codec that the document names
            raise SvgError("not an SVG document: its encoding is unknown", line=1) from None
        if self.root is None or self.root.tag != "svg":
            raise SvgError(
                "not an SVG document: its root is not svg", line=self.root.line if self.root else 1
            )
        return self.root

    def _declared(self, element: str, name: str, kind: str, default: str | None, required: bool) -> None:
        if default is not None:
            self._refuse("an attribute's default")

    def _no_entities(self, text: str | bytes) -> None:
        if isinstance(text, bytes):
            wide = text[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            text = text.decode("utf-16" if wide else "latin-1", "replace")
        if (found := _ENTITY.search(text)) is not None:
            raise SvgError("an entity is refused", line=text.count("\n", 0, found.start()) + 1)

    def _refuse(self, what: str) -> None:
        raise SvgError(f"{what} is refused", line=self.expat.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.expat.CurrentLineNumber
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise limit(f"more than {MAX_ELEMENTS} elements", line)
        if len(self.open) == MAX_DEPTH:
            raise limit(f"elements nested deeper than {MAX_DEPTH}", line)
        self.prefixes.append(self._known(attributes))
        prefix, _, local = name.rpartition(":")
        if local.lower() in _REFUSED:
            self._refuse(f"the element {quoted(local)}")
        tag = local if prefix in self.prefixes[-1] else ""
        node = Node(tag, self._attributes(attributes), line)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def _known(self, attributes: dict[str, str]) -> frozenset[str]:
        """The prefixes that mean SVG in an element with these attributes."""
        known = self.prefixes[-1]
        declared = {key[6:]: uri for key, uri in attributes.items() if f"{key}:".startswith("xmlns:")}
        if declared:
            known = (known - declared.keys()) | {prefix for prefix, uri in declared.items() if uri in _SVG}
        if len(known) > _MAX_PREFIXES:
            raise limit(f"more than {_MAX_PREFIXES} prefixes for SVG", self.expat.CurrentLineNumber)
        return known

    def _attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        kept = {}
        for name, value in attributes.items():
            prefix, _, local = name.rpartition(":")
            if local.lower() in ("href", "src"):
                if not value.strip().startswith("#"):
                    self._refuse(f"a reference to {quoted(value)}")
                kept[local.lower()] = value.strip()
            elif not prefix:
                if local.lower().startswith("on"):
                    self._refuse(f"the event attribute {quoted(local)}")
                self._check(value, css=local == "style")
                kept[local] = value
        return kept

    def _check(self, value: str, css: bool) -> None:
        """Refuses references in a value; in CSS also the escapes that could hide one."""
        if any(first != "#" for first in _URL.findall(value)):
            self._refuse("a url() that is not a local #id")
        if css and ("\\" in value or "@import" in value.lower()):
            self._refuse("CSS with an escape or an @import")

    def _text(self, text: str) -> None:
        if self.open and self.open[-1].tag == "style":
            self.style.append(text)

    def _end(self, name: str) -> None:
        if self.open.pop().tag == "style":
            self._check("".join(self.style), css=True)
            self.style.clear()
        self.prefixes.pop()
