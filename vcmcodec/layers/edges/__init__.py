"""The base layer: strokes (spec/FORMAT.md, section "Edge layer")."""
