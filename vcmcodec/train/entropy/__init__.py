"""The weights that decisions are coded with."""
