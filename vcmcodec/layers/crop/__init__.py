"""The crop layer: which part of which picture the file holds."""
