class Unreadable(Exception):
    """Why a message is not counted: a part of a sentence, without anything of its content."""


class InboxAway(Exception):
    """The mailbox of the reports cannot be read just now. The message is one sentence."""
