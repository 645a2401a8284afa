"""The file around its layers: bytes and varints, header and framing, and the canvas's size (spec/FORMAT.md,
sections "Notation" to "Layers and checks"). Nothing here looks into a payload."""
