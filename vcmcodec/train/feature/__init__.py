"""Trains what feature layers are coded with, and how cosines are calibrated."""
