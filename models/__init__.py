"""Trained base weights: none, because they did not make training shorter (benchmarks/RESULTS.md)."""
