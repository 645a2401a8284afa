"""Measurements: the codec's rate, quality and speed. Nothing else imports this."""
