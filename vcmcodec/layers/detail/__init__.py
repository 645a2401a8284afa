"""Detail layers: what texture is too coarse for, in a few regions of the face."""
