"""Bundled files: demo fragment, icons, style sheet."""
