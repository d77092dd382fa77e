"""What is wrong with a file as a whole."""


class Unreadable(Exception):
    """Nothing of it can be imported. The message is one sentence with the way out."""
