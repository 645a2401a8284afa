"""Texture layers: coefficients of a transform of the whole canvas, and of the face in its frame
(spec/FORMAT.md, section "Texture layer")."""
