"""What can go wrong, in words that say what to do."""


class MillraceError(Exception):
    """What was asked of a client can't be done."""


class NotStored(MillraceError):
    """Events were handed over, and it is not known that they are stored."""
