"""The kinds of layers (spec/FORMAT.md, section "Layers and checks").

A kind is a folder: ``head``, what a layer says of itself before it is decoded; its part of a
:class:`vcmcodec.scene.Scene`; its syntax; ``payload``, which encodes and decodes; and ``kind``, the object
that knows them (see :class:`vcmcodec.layers.layer_kind.LayerKind`). :mod:`vcmcodec.layers.kinds` lists these
objects: whoever handles layers asks it.
"""
