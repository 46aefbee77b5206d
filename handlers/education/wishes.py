"""Let a resident say what they wish to be told unasked: which fields, how often, or nothing more."""

from handlers.cases import Case
from handlers.education import subscriptions
from handlers.education.subscriptions import FREQUENCY_NAMES, Frequency, Subscription
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import consultation, dialogue, phrases

WISH = "wish"  # what the values of options on subscriptions begin with
FIELDS, PAUSE, FIELD, ROLES, ROLE = "fields", "pause", "field:", "roles", "role:"


def subscribed(case: Case) -> Outcome:
    """The resident wants to be told."""
    return _settled(case, subscriptions.start(case.resident.id, case.subscription, case.now), phrases.SUBSCRIBED)


def unsubscribed(case: Case) -> Outcome:
    """Nothing more, from this moment on."""
    before = _standing(case)
    if before is None:
        return _nothing(case)
    stopped = subscriptions.stop(before, case.now)
    said = Reply(phrases.UNSUBSCRIBED, (phrases.SUBSCRIBE,))
    verdict = Verdict(Decision.SMALLTALK, why="unsubscribed")
    return Outcome(verdict, (said,), case.resident, case.dialogue, subscription=stopped)


def wished(case: Case, wish: str) -> Outcome:
    """One of the options on a subscription was picked."""
    held = _standing(case)
    if held is None:
        return _nothing(case)
    if wish == PAUSE:
        return _settled(case, subscriptions.pause(held, case.now), phrases.PUSHES_PAUSED)
    if wish in tuple(Frequency):
        return _settled(case, subscriptions.at_most(held, Frequency(wish)), phrases.PUSHES_CHANGED)
    if wish.startswith(ROLE) and wish.removeprefix(ROLE) in subscriptions.ROLES:
        return _settled(case, subscriptions.as_one(held, wish.removeprefix(ROLE)), phrases.PUSHES_CHANGED)
    if wish == ROLES:
        roles = (_ticked(name, role == held.role, f"{ROLE}{role}") for role, name in subscriptions.ROLES.items())
        return _said(case, held, Reply(phrases.PUSH_ROLES, tuple(roles)))
    if wish.startswith(FIELD):
        held = subscriptions.choose(held, wish.removeprefix(FIELD))
    options = tuple(_ticked(name, name in held.fields, f"{FIELD}{name}") for name in _fields(case))
    return _said(case, held, Reply(phrases.PUSH_FIELDS.format(fields=_names(held)), (*options, phrases.SUBSCRIBE)))


def _standing(case: Case) -> Subscription | None:
    """What was asked for and not stopped."""
    held = case.subscription
    return held if held and held.ended_at is None else None


def _nothing(case: Case) -> Outcome:
    return consultation.plain(case, Decision.SMALLTALK, phrases.NOT_SUBSCRIBED, case.dialogue.options)


def _settled(case: Case, held: Subscription, words: str) -> Outcome:
    how = phrases.PUSH_STANDING.format(fields=_names(held), frequency=FREQUENCY_NAMES[held.frequency])
    if held.role:
        how += phrases.PUSH_ROLE.format(role=subscriptions.ROLES.get(held.role, ""))
    other = (Option(FREQUENCY_NAMES[f], f"{WISH}:{f}") for f in Frequency if f is not held.frequency)
    options = (phrases.PUSH_CHOOSE, phrases.PUSH_SAY_ROLE, *other, phrases.PUSH_PAUSE, phrases.UNSUBSCRIBE)
    return _said(case, held, Reply(f"{words}\n{how}\n{phrases.WAY_OUT}", options))


def _said(case: Case, held: Subscription, reply: Reply) -> Outcome:
    after = dialogue.rest(case.dialogue, reply.options)
    verdict = Verdict(Decision.SMALLTALK, why="subscription")
    return Outcome(verdict, (reply,), case.resident, after, subscription=held)


def _fields(case: Case) -> list[str]:
    return sorted({topic.field for topic in case.library.topics.values()})


def _ticked(name: str, chosen: bool, wish: str) -> Option:
    return Option(f"✓ {name}" if chosen else name, f"{WISH}:{wish}")


def _names(held: Subscription) -> str:
    return "、".join(sorted(held.fields)) or "全部"
