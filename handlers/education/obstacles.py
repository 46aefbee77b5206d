"""Find what keeps a campaign from running where it is written, with the remedy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from handlers import deliveries
from handlers.deliveries import CHANNEL_NAMES
from handlers.education import timings
from handlers.education.campaigns import Audience, Limits, Obstacle, Plan, Reach
from handlers.education.timings import Comings, Timing
from handlers.errors import Refused
from handlers.hours import SHANGHAI
from handlers.messages import Link, Option, Reply
from handlers.talk import answers, phrases
from knowledge.citations import display
from knowledge.quizzes import quizzes
from knowledge.statutes.store import Kind, Statutes

PUSHED = "push"  # what the value of a push's own button begins with; then the run and the quiz
TITLE_LIMIT = 40  # characters; longer ones are cut by the lists of telephones


def comings(statutes: Statutes) -> Comings:
    """On which days a law of that name comes into force, as far as its versions are held."""
    return lambda name: {v.valid_from for v in statutes.versions(statutes.resolve(name) or "")}


def is_quiet(limits: Limits, clock: time) -> bool:
    """Is it a time at which nobody is told anything unasked?"""
    first, last = limits.quiet_from, limits.quiet_to
    return first <= clock < last if first <= last else clock >= first or clock < last


def is_quiet_at(limits: Limits, now: datetime) -> bool:
    """Is it such a time now?"""
    return is_quiet(limits, now.astimezone(SHANGHAI).time())


def wording(plan: Plan, statutes: Statutes, day: date) -> Reply:
    """What residents read, on every channel alike; the way out is always there."""
    law = answers.law([statutes.standing(c, day) for c in plan.citations])
    blocks = (f"【普法】{plan.title}", plan.body, law, phrases.WAY_OUT)
    bank = quizzes().get(plan.quiz)
    quiz = [Option(phrases.PUSH_QUIZ.format(title=bank.title), f"{PUSHED}:0:{bank.id}")] if bank else []
    link = Link(plan.link) if plan.link else None
    return Reply(
        "\n\n".join(block for block in blocks if block), (*quiz, phrases.UNSUBSCRIBE), link=link, picture=plan.picture
    )


def of_run(reply: Reply, run: int, mark: str) -> Reply:
    """The reply as it goes to one resident: its button says of which run it is, its link of which delivery."""
    options = tuple(
        replace(option, value=option.value.replace(f"{PUSHED}:0:", f"{PUSHED}:{run}:", 1)) for option in reply.options
    )
    return replace(reply, options=options, link=replace(reply.link, mark=mark) if reply.link else None)


def obstacles(
    plan: Plan, statutes: Statutes, limits: Limits, now: datetime, estimate: int | None = None
) -> tuple[Obstacle, ...]:
    """All that keeps it from running; `estimate` is how many it would reach, where somebody counted."""
    try:
        timing = timings.parse(plan.when, comings(statutes))
    except Refused as refused:
        return (Obstacle(str(refused), "改好时间再保存"), *in_content(plan, statutes, now.date(), limits))
    due = timings.next_after(timing, now)
    day = (due or now).astimezone(SHANGHAI).date()
    nobody = [] if estimate != 0 else [Obstacle("没有人符合条件", "放宽镇街、渠道、领域或最近活跃的条件")]
    return (*_in_time(plan, timing, due, limits), *in_content(plan, statutes, day, limits), *nobody)


def _in_time(plan: Plan, timing: Timing, due: datetime | None, limits: Limits) -> Iterator[Obstacle]:
    if is_quiet(limits, timing.clock):
        hours = f"{limits.quiet_from:%H:%M}—{limits.quiet_to:%H:%M}"
        yield Obstacle(f"{timing.clock:%H:%M} 在免打扰时段（{hours}）里", f"改到 {limits.quiet_to:%H:%M} 以后")
    if due is None and timing.law:
        yield Obstacle(f"查不到《{timing.law}》今后施行的日期", "先导入这部法律，或直接写日期")
    elif due is None and plan.when[:4].isdecimal():
        yield Obstacle("时间已经过了", "改成以后的日期")
    elif due is None:
        yield Obstacle("这个规则不会有触发的一天", "检查月和日，比如 2 月没有 30 日")


def in_content(plan: Plan, statutes: Statutes, day: date, limits: Limits) -> Iterator[Obstacle]:
    """What of the words cannot be said on that day."""
    if day > plan.expires:
        yield Obstacle(f"内容在 {plan.expires} 过期了", "改有效期，或写新的")
    if not plan.title.strip() or len(plan.title) > TITLE_LIMIT:
        yield Obstacle(f"标题要有，最多 {TITLE_LIMIT} 个字", "补上或改短标题")
    if not plan.body.strip():
        yield Obstacle("没有正文", "写上正文")
    if plan.link and not plan.link.startswith(("https://", "http://")):
        yield Obstacle("链接要以 https:// 开头", "改链接")
    if not plan.citations:
        yield Obstacle("没有法条依据", "至少写一条，比如 宪法5条")
    for citation in plan.citations:
        standing = statutes.standing(citation, day)
        if standing.kind not in (Kind.VERIFIED, Kind.LISTED):
            yield Obstacle(f"{display(citation)}在 {day} 不能引用：{standing.reason}", "换成当天有效的条文")
    yield from _in_quiz(plan, statutes, day)
    reply = wording(plan, statutes, day)
    for channel in reach(plan.audience, limits).channels:
        if len(deliveries.parts(reply, channel)) > 1:
            limit, pictured = deliveries.limit(reply, channel).most, "带图" if plan.picture else ""
            why = f"太长，{CHANNEL_NAMES[channel]}{pictured}一条发不下（最多 {limit}）"
            yield Obstacle(why, "把正文改短，细节放到链接里" + ("，或不带图" if plan.picture else ""))
    if not reach(plan.audience, limits).channels:
        yield Obstacle("选的渠道都不能推送", f"从这些里选：{'、'.join(CHANNEL_NAMES[c] for c in limits.channels)}")


def _in_quiz(plan: Plan, statutes: Statutes, day: date) -> Iterator[Obstacle]:
    if not plan.quiz:
        return
    bank = quizzes().get(plan.quiz)
    if bank is None:
        yield Obstacle("没有这套题", "换一套题，或不带题")
    elif bank.certificate:
        yield Obstacle(f"“{bank.title}”要先有一件事才能答", "换一套题，或不带题")
    elif any(statutes.standing(c, day).kind is not Kind.VERIFIED for q in bank.questions for c in q.basis):
        yield Obstacle(f"“{bank.title}”里有答案的依据在 {day} 不能引用", "请知识编辑更新题库，或换一套题")


def reach(audience: Audience, limits: Limits) -> Reach:
    """On which channels it may go out, and to whom at most."""
    channels = tuple(c for c in limits.channels if not audience.channels or c in audience.channels)
    return Reach(channels, limits.abroad, limits.weekly)
