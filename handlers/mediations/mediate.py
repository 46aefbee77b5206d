"""Write down what becomes of mediations, tell the parties, and speak up before their thirty days are over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.errors import Refused
from handlers.hours import SHANGHAI
from handlers.mediations import mediation, nearing
from handlers.mediations.bulletins import Told, bulletins
from handlers.mediations.mediation import Case
from handlers.messages import Reply
from handlers.ports import Mediations

DECENT = range(8, 21)  # hours in which somebody may be reminded


async def record(store: Mediations, before: Case, after: Case, now: datetime) -> Case:
    """Keep what was decided, and tell the parties; raises Refused if somebody changed it meanwhile."""
    if not await store.write(after, bulletins(before, after), now):
        raise Refused("这件调解刚刚被别人改过，请看过再办。")
    return replace(after, revision=after.revision + 1)


async def keep_time(store: Mediations, now: datetime) -> int:
    """Remind of last days that come near, and close the clocks that ran out; returns of how many mediations."""
    local = now.astimezone(SHANGHAI)
    if local.hour not in DECENT:
        return 0
    changed = 0
    for case in await store.binding():
        after, told = _due(case, local)
        if after is not case:
            changed += await store.write(after, told, now)  # whoever was faster has told them
    return changed


def _due(case: Case, local: datetime) -> tuple[Case, Sequence[Told]]:
    today = local.date()
    if mediation.is_over(case, today):
        expired = mediation.expire(case, today)
        return expired, bulletins(case, expired)
    reminders = nearing.due_reminders(case, today)
    if not reminders:
        return case, ()
    by_party = {reminder.party: reminder.words for reminder in reminders}
    told = [(party.resident, Reply(by_party[party.id])) for party in case.parties if party.resident]
    return mediation.reminded(case, today), told
