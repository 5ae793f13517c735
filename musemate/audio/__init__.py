"""Sound as numpy arrays: clips, files, loudness, playback."""
