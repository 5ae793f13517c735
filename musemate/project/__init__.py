"""What the songwriter owns: records, the store and its immutable audio files."""
