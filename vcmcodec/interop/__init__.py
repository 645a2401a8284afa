"""Other programs' ways to a ``.vcm`` file: Pillow, and SVG documents."""
