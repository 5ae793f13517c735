"""The window, one file a panel or view."""
