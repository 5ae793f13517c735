"""The questionnaire in the window: making, running and reading a study."""
