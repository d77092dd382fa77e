"""What goes wrong, in words for the person who sees it."""


class Refused(Exception):
    """A rule says no. The message is one sentence for the customer, with the way out."""


class Unavailable(Exception):
    """A part that the request needs is away just now. The message says which, and what to do."""


class Unreachable(Exception):
    """A customer's server could not be called. The message is one sentence that says why."""
