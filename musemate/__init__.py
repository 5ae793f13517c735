"""MuseMate: new material and variations from a fragment of your own music."""

__version__ = "0.1.0"
