"""Measurements: what the codec costs and what its pictures are worth. Nothing else imports this."""
