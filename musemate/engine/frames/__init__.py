"""The default engine: arranger, frame pyramid and renderer."""
