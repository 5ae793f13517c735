"""Trained base weights (none yet)."""
