"""Name every way in which work can fail, so that callers catch what they can mend and nothing else."""


class LegalbotError(Exception):
    """The root of all errors of ours."""


class StorageDown(LegalbotError):
    """The database cannot be reached or cannot be written just now; what was offered to it is not kept."""


class Refused(LegalbotError):
    """The act is not possible in this state; the message says why, in words that its doer may read."""


class Unreachable(LegalbotError):
    """What stands behind a channel cannot be had just now; it may be later."""


class NotYours(LegalbotError):
    """The object does not exist within the scope of who asks; outside it nothing is told apart from missing."""


class Stale(LegalbotError):
    """Somebody else changed it after it was read; read it again and decide anew."""
