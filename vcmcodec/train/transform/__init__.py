"""Trains the texture layer's transform, and the weights that its coefficients are coded with."""
