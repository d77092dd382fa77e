class CannotRun(Exception):
    """One sentence for the person at the keyboard: what is wrong, and what to do."""


class Interrupted(Exception):
    """Ctrl-C, or a request to end from outside."""
