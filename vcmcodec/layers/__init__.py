"""The kinds of layers, one module each (spec/FORMAT.md, section "Layers and checks").

A kind's module has ``KIND``, its byte in the file, ``encode``, and ``decode(scene, reader, limits)
-> Scene``: what is known with this layer added; it raises FormatError, UnsupportedError, LimitError
and ModelError. :mod:`vcmcodec.layers.kinds` finds the module of a layer, :mod:`vcmcodec.layers.heads`
reads what a layer says of itself without decoding it.
"""
