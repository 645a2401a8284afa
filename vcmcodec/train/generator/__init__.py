"""The generator: network, losses, and the loop that trains it."""
