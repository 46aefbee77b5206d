"""Send what is due: fire campaigns whose time has come, and bring the runs under way forward."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.education import campaigns, obstacles, timings
from handlers.education.campaigns import ACTIVE, Campaign, Limits, Run, RunState
from handlers.hours import SHANGHAI
from handlers.ports import Campaigns
from knowledge.statutes.store import Statutes

CATCH_UP = 100  # times that one campaign is caught up on at once, after the clock has jumped or we were down


@dataclass(frozen=True, slots=True)
class Press:
    """What is needed to broadcast."""

    campaigns: Campaigns
    statutes: Statutes
    limits: Limits


async def broadcast(press: Press, now: datetime) -> Sequence[Run]:
    """Do what is due; returns the runs that were begun or missed. Any number of workers may call it at once."""
    fired = [run for campaign in await press.campaigns.due(now) for run in await _fire(press, campaign, now)]
    under_way = await press.campaigns.under_way()
    for campaign, run in under_way:
        only = not any(other.campaign == run.campaign and other != run for _, other in under_way)
        await _advance(press, campaign, run, now, only=only)
    return fired


async def _fire(press: Press, campaign: Campaign, now: datetime) -> Sequence[Run]:
    """Every time that has come since the last look, each sent or missed by the same rule."""
    timing = timings.parse(campaign.plan.when, obstacles.comings(press.statutes))
    fired: list[Run] = []
    while campaign.next_at is not None and campaign.next_at <= now and len(fired) < CATCH_UP:
        due = campaign.next_at
        day = due.astimezone(SHANGHAI).date()
        found = obstacles.in_content(campaign.plan, press.statutes, day, press.limits)
        after, run = campaigns.fire(campaign, due, timing, now, found=found, late=press.limits.late)
        reply = obstacles.wording(campaign.plan, press.statutes, day)
        if not await press.campaigns.fire(campaign, after, run, reply):
            break  # another worker is at it
        fired.append(run)
        campaign = after
    return fired


async def _advance(press: Press, campaign: Campaign, run: Run, now: datetime, *, only: bool) -> None:
    """Write the deliveries that are missing, call off what is out of date, and end a run that has nothing left."""
    if campaign.state not in ACTIVE:
        return
    if now.astimezone(SHANGHAI).date() > campaign.plan.expires:
        await press.campaigns.expire(run)
        run = replace(run, state=RunState.SENDING)
    reach = obstacles.reach(campaign.plan.audience, press.limits)
    while run.state is RunState.QUEUEING:
        after = await press.campaigns.queue(run, campaign.plan, reach, now)
        if after == run:
            return
        run = after
    if await press.campaigns.is_sent(run):
        over = replace(run, state=RunState.DONE, finished_at=now)
        await press.campaigns.finish(over, campaign, campaigns.rest(campaign, under_way=not only))
