"""Chosen takes as files for the DAW."""
