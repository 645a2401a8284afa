"""Entropy coding of binary decisions (spec/FORMAT.md, section "Entropy coding").

A syntax, such as :mod:`vcmcodec.layers.edges.strokes`, says by its contexts what is known of a decision.

- :mod:`vcmcodec.entropy.binarise`: numbers as decisions.
- :mod:`vcmcodec.entropy.contexts`: contexts to the probability of a decision, by trained weights.
- :mod:`vcmcodec.entropy.range_coder`: decisions and probabilities to bytes, and back.
- :mod:`vcmcodec.entropy.rate`: their rate in bits, without coding them. Encoders only, not normative.

Normative but for the last, integers only, no code but this: hostile bytes reach nothing else.
"""
