"""From a canvas picture to the layers of a file. Encoders only; nothing here is normative.

Each kind of layer has a *proposer*, which sees the picture (:mod:`vcmcodec.encoder.proposer`);
:mod:`vcmcodec.encoder.rate_control` asks proposers for layers within a goal and knows no kind.
"""
