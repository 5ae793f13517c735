"""The blind questionnaire (built by a later version)."""
