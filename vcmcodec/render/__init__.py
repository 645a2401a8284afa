"""From a decoded scene to a picture: what a generator sees of it, the generator, and grain."""
