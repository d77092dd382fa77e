"""The command-line client. It speaks to the API alone, and knows nothing of what is behind it."""
