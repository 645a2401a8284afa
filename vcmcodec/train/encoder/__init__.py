"""What the encoder looks at pictures with: the edge forest, and the map of a face's regions."""
