"""The text twin of a ``.vcm`` file: an SVG drawing that any editor opens, and back.

::

    text = svg.dump(data)                 # a .vcm file as SVG
    data = svg.encode(svg.load(text))     # and back: the same file where nobody touched it

**What is written.** The viewBox is ``0 0 W H``, the canvas in pixels: pixel (i, j) covers a unit
square, its centre is at (i + 0.5, j + 0.5), so half-pixel ``h`` lies at ``h / 2 + 0.5``. Group
``strokes`` holds one ``path`` a stroke (M, then L and C), in the order of the file. Group
``reference-pixels`` holds a group per colour layer with a dot per known colour, in sending order.
What a drawing alone does not say stands in attributes that editors leave alone: on the root
``data-vcm-width``, ``-height`` (the picture's own size), ``-side`` (of the canvas), ``-step`` and
``-model``, and ``data-vcm-order`` where a file keeps an order of its own; on a colour layer's group
``data-vcm-steps`` (the index of its quantiser steps); and on a dot
``data-vcm-ycocg`` where its colour is one that RGB cannot say.

Layers that are not drawn, those that nobody here knows among them, stand in the document's ``metadata``, each
as an empty ``g`` with ``data-vcm-layer`` (its kind), ``data-vcm-after`` (how many drawn layers come before
it) and ``data-vcm-payload`` (base64).

**What is read.** With ``data-vcm-side`` on its root a drawing is one of these, edited or not. Any other
drawing is fitted to a canvas, centred. Strokes that are not sorted by where they begin are, but where
``data-vcm-order`` says ``kept``: files hold sorted ones in the fewest bytes. Read are paths, basic
shapes, groups, nested ``svg``, ``use`` of a local ``#id``,
``transform``, ``viewBox``, ``preserveAspectRatio``, units, ``display`` and ``visibility`` (as attributes
or in ``style``; style sheets are not applied). Fills, texts, gradients, clips and masks are not drawn:
an outline is what counts. What is hidden is left out, but for dots: editors hide them to get at strokes.
Quadratic curves become cubics exactly, arcs by quarter turns.

Points are rounded to the grid. What vanishes there is dropped. A segment with an end off the page is cut
at the page's border; ends within half a pixel of the border move to the outermost grid points, and
control points move into their range, no further than needed. A curve with both ends on the page stays
whole, whatever its bulge.

Layers that are not drawn go back as they are, to where they were among the others. A document that
:func:`dump` did not write has none.

Colours: each place that the (edited) strokes give takes the colour of the nearest dot, for as many
places as there are dots. Where nothing was edited, that is the dot's own place.

**What is refused**, with the line of the document: entities, processing instructions,
scripts, event attributes, ``foreignObject``, images, and references to anything but a local ``#id``; layers
that are not drawn where a decoder would not take them.
"""

from vcmcodec.interop.svg.twin import SvgDrawing, encode, load
from vcmcodec.interop.svg.writer import dump

__all__ = ["SvgDrawing", "dump", "encode", "load"]
