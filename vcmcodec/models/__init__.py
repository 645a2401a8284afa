"""Model files: where they lie and whether they are the right ones, and what runs those that are networks."""
