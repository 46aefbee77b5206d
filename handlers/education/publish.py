"""Carry out what the bureau does with campaigns: write, try out, approve, pause, resume, cancel."""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers.audit import Act, Deed
from handlers.education import campaigns, obstacles, timings
from handlers.education.campaigns import Campaign, Limits, Obstacle, Plan
from handlers.errors import NotYours, Refused
from handlers.hours import SHANGHAI
from handlers.messages import Address, Reply
from handlers.ports import Drafts
from handlers.staff import User
from knowledge.statutes.store import Statutes

NOT_LISTED = "试发只能发到试发名单里的地址；要加，请运维把它写进 config.toml 的 push.test_addresses"


@dataclass(frozen=True, slots=True)
class Studio:
    """What is needed to plan campaigns."""

    campaigns: Drafts
    statutes: Statutes
    limits: Limits


@dataclass(frozen=True, slots=True)
class Preview:
    """What residents will read, how many it would reach now, when it goes out first, and what stands against it."""

    reply: Reply
    estimate: int
    due: datetime | None
    obstacles: tuple[Obstacle, ...]


async def preview(studio: Studio, plan: Plan, now: datetime) -> Preview:
    """The plan as it will look, and all that keeps it from running."""
    estimate = await studio.campaigns.estimate(plan, obstacles.reach(plan.audience, studio.limits), now)
    found = obstacles.obstacles(plan, studio.statutes, studio.limits, now, estimate)
    try:
        due = timings.next_after(_timing(studio, plan), now)
    except Refused:
        due = None
    day = (due or now).astimezone(SHANGHAI).date()
    return Preview(obstacles.wording(plan, studio.statutes, day), estimate, due, found)


async def write(studio: Studio, user: User, plan: Plan, now: datetime, number: int | None = None) -> Campaign:
    """A draft, new or changed; raises Refused with every reason and remedy, but for an audience that may still grow."""
    if found := obstacles.obstacles(plan, studio.statutes, studio.limits, now):
        raise Refused("；".join(map(str, found)))
    if number is None:
        return await studio.campaigns.add(campaigns.write(user, plan, now))
    before = await find(studio, number)
    after = campaigns.write(user, plan, now, before)
    return await _changed(studio, before, after, campaigns.deed(Act.PUSH_PLANNED, user.id, after), now)


async def illustrate(studio: Studio, user: User, number: int, picture: str, now: datetime) -> Campaign:
    """Show the picture of that digest with it, or none; it must be tried out and agreed to again."""
    before = await find(studio, number)
    return await write(studio, user, replace(before.plan, picture=picture), now, number)


def listed(name: str, limits: Limits) -> Address | None:
    """The address of that name (channel:external), if tests may be sent there: nobody tries out on residents."""
    channel, _, external = name.partition(":")
    return Address(channel, external) if name in limits.tests and external else None


async def try_out(studio: Studio, user: User, number: int, address: Address, now: datetime) -> Campaign:
    """Send it to one address, to be read there as residents will."""
    before = await find(studio, number)
    after = campaigns.test(before, user)
    reply = (await preview(studio, before.plan, now)).reply
    if not await studio.campaigns.try_out(before, after, reply, address, now):
        raise Refused("刚才有人改过，请重新打开再试")
    return after


async def approve(studio: Studio, user: User, number: int, now: datetime) -> Campaign:
    """A second person agrees: it goes out when its time comes."""
    before = await find(studio, number)
    found = (await preview(studio, before.plan, now)).obstacles
    after = campaigns.approve(before, user, found, _timing(studio, before.plan), now)
    return await _changed(studio, before, after, campaigns.deed(Act.PUSH_APPROVED, user.id, after), now)


async def pause(studio: Studio, user: User, number: int, now: datetime) -> Campaign:
    """Nothing goes out until somebody lets it go on."""
    before = await find(studio, number)
    after = campaigns.pause(before, user)
    return await _changed(studio, before, after, campaigns.deed(Act.PUSH_PAUSED, user.id, after), now)


async def resume(studio: Studio, user: User, number: int, now: datetime) -> Campaign:
    """Go on with what was held, and with what is due next."""
    before = await find(studio, number)
    under_way = any(run.campaign == number for _, run in await studio.campaigns.under_way())
    after = campaigns.resume(before, user, _timing(studio, before.plan), now, under_way=under_way)
    return await _changed(studio, before, after, campaigns.deed(Act.PUSH_RESUMED, user.id, after), now)


async def cancel(studio: Studio, user: User, number: int, now: datetime) -> Campaign:
    """Never again; what was not sent yet is not sent."""
    before = await find(studio, number)
    after = campaigns.cancel(before, user)
    return await _changed(studio, before, after, campaigns.deed(Act.PUSH_CANCELLED, user.id, after), now)


async def find(studio: Studio, number: int) -> Campaign:
    """The campaign of that number; raises NotYours if there is none."""
    found = await studio.campaigns.find(number)
    if found is None:
        raise NotYours(f"campaign {number}")
    return found


def _timing(studio: Studio, plan: Plan) -> timings.Timing:
    return timings.parse(plan.when, obstacles.comings(studio.statutes))


async def _changed(studio: Studio, before: Campaign, after: Campaign, done: Deed, now: datetime) -> Campaign:
    if not await studio.campaigns.write(before, after, (done, now)):
        raise Refused("刚才有人改过，请重新打开再试")
    return after
