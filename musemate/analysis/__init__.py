"""What a sound is like: pictures, tempo, key, voice."""
