"""What learns from one fragment and makes takes of it."""
