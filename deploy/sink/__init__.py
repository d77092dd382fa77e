"""Stands for the rest of the internet: an SMTP server that keeps every message as one .eml file."""
