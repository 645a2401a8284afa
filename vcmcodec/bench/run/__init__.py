"""Faces through codecs and judges: what runs, over how many processes, and what has been scored already."""
