"""A file for each noun, or for a few that belong together."""
