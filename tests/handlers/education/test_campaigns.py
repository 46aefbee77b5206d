"""A campaign goes out only after a test and a second person's word, and is refused where it is written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from handlers.cases import Library
from handlers.education import campaigns, obstacles, timings
from handlers.education.campaigns import Audience, Campaign, Limits, Obstacle, Plan, RunState, State
from handlers.errors import NotYours, Refused
from handlers.messages import Link
from handlers.staff import Role, User
from tests.handlers.shelf import NOW, cites
from tests.handlers.times import at

WRITER = User(1, "p1", "普法一", Role.PUBLISHER, one_time=False)
SECOND = User(2, "p2", "普法二", Role.PUBLISHER, one_time=False)
ADMIN = User(3, "a", "管理员", Role.ADMIN, one_time=False)
ADVISER = User(4, "v", "顾问", Role.ADVISER, one_time=False)
PLAN = Plan("宪法日", "一切权力属于人民。", "每年12月4日 10:00", date(2030, 12, 31), cites("民法典#1"))
TIMING = timings.parse(PLAN.when, lambda _: ())
LIMITS = Limits()
DUE = at("12-04 10:00")


def drafted(plan: Plan = PLAN) -> Campaign:
    return campaigns.write(WRITER, plan, NOW)


def scheduled() -> Campaign:
    return campaigns.approve(campaigns.test(drafted(), WRITER), SECOND, (), TIMING, NOW)


DRAFT = drafted()
SCHEDULED = scheduled()
ACTS: list[tuple[Callable[[User], object], set[int]]] = [
    (lambda u: campaigns.write(u, PLAN, NOW), {1, 2}),
    (lambda u: campaigns.test(DRAFT, u), {1, 2}),
    (lambda u: campaigns.approve(replace(DRAFT, state=State.TESTED, author=9), u, (), TIMING, NOW), {1, 2, 3}),
    (lambda u: campaigns.pause(SCHEDULED, u), {1, 2, 3}),
    (lambda u: campaigns.cancel(SCHEDULED, u), {1, 2, 3}),
]


class TestLife:
    def test_from_draft_to_schedule_it_needs_a_test_and_a_second_person(self) -> None:
        assert scheduled() == Campaign(0, PLAN, State.SCHEDULED, 1, NOW, approver=2, next_at=DUE)

    def test_without_a_test_it_is_not_approved(self) -> None:
        with pytest.raises(Refused, match="试发"):
            campaigns.approve(drafted(), SECOND, (), TIMING, NOW)

    def test_its_writer_does_not_approve_it(self) -> None:
        with pytest.raises(Refused, match="另一位"):
            campaigns.approve(campaigns.test(drafted(), WRITER), WRITER, (), TIMING, NOW)

    def test_with_an_obstacle_it_is_not_approved(self) -> None:
        with pytest.raises(Refused, match="没有人"):
            campaigns.approve(campaigns.test(drafted(), WRITER), ADMIN, (Obstacle("没有人", "放宽"),), TIMING, NOW)

    def test_a_change_takes_the_approval_away(self) -> None:
        changed = campaigns.write(WRITER, replace(PLAN, title="改"), NOW, scheduled())
        assert (changed.state, changed.approver, changed.next_at) == (State.DRAFT, None, None)

    def test_an_approver_who_changes_it_is_its_writer_now(self) -> None:
        changed = campaigns.test(campaigns.write(SECOND, PLAN, NOW, scheduled()), SECOND)
        with pytest.raises(Refused, match="另一位"):
            campaigns.approve(changed, SECOND, (), TIMING, NOW)

    @pytest.mark.parametrize(("act", "allowed"), ACTS)
    def test_only_publishers_write_and_admins_may_approve_and_stop(
        self, act: Callable[[User], object], allowed: set[int]
    ) -> None:
        for user in (WRITER, SECOND, ADMIN, ADVISER):
            if user.id in allowed:
                assert act(user)
            else:
                with pytest.raises(NotYours):
                    act(user)

    def test_paused_it_has_no_time_and_resumed_it_goes_on_from_the_next(self) -> None:
        paused = campaigns.pause(scheduled(), SECOND)
        assert (paused.state, paused.next_at) == (State.PAUSED, None)
        resumed = campaigns.resume(paused, SECOND, TIMING, DUE, under_way=False)
        assert (resumed.state, resumed.next_at) == (State.SCHEDULED, at("12-04 10:00", 2027))

    def test_resumed_in_the_middle_of_a_run_it_runs_on(self) -> None:
        paused = campaigns.pause(replace(scheduled(), state=State.RUNNING), SECOND)
        assert campaigns.resume(paused, SECOND, TIMING, NOW, under_way=True).state is State.RUNNING

    def test_cancelled_it_stays_cancelled(self) -> None:
        gone = campaigns.cancel(scheduled(), ADMIN)
        assert (gone.state, gone.next_at) == (State.CANCELLED, None)
        with pytest.raises(Refused):
            campaigns.cancel(gone, ADMIN)
        with pytest.raises(Refused):
            campaigns.resume(gone, ADMIN, TIMING, NOW, under_way=False)


class TestFiring:
    @pytest.mark.parametrize(
        ("late", "state"),
        [
            (timedelta(0), RunState.QUEUEING),
            (timedelta(minutes=10), RunState.QUEUEING),
            (timedelta(hours=2), RunState.QUEUEING),
            (timedelta(hours=2, seconds=1), RunState.MISSED),
            (timedelta(hours=3), RunState.MISSED),
            (timedelta(days=1), RunState.MISSED),
        ],
    )
    def test_two_hours_late_is_sent_and_later_is_missed(self, late: timedelta, state: RunState) -> None:
        after, run = campaigns.fire(scheduled(), DUE, TIMING, DUE + late, found=(), late=LIMITS.late)
        assert (run.due_at, run.state, bool(run.reason)) == (DUE, state, state is RunState.MISSED)
        assert after.next_at == at("12-04 10:00", 2027)

    def test_what_can_no_longer_be_said_is_not_sent(self) -> None:
        found = (Obstacle("过期", "改"),)
        _, run = campaigns.fire(scheduled(), DUE, TIMING, DUE, found=found, late=LIMITS.late)
        assert (run.state, run.reason) == (RunState.MISSED, "过期。改。")

    def test_a_campaign_without_another_time_is_done_after_its_run(self) -> None:
        assert campaigns.rest(replace(scheduled(), next_at=None), under_way=False).state is State.DONE
        assert campaigns.rest(scheduled(), under_way=False).state is State.SCHEDULED


class TestObstacles:
    def reasons(self, library: Library, plan: Plan, estimate: int | None = None) -> str:
        return "\n".join(map(str, obstacles.obstacles(plan, library.statutes, LIMITS, NOW, estimate)))

    def test_a_good_plan_has_none(self, library: Library) -> None:
        assert self.reasons(library, PLAN, 5) == ""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"when": "2026-11-01 10:00"}, "时间已经过了"),
            ({"when": "每年2月30日 10:00"}, "不会有触发的一天"),
            ({"when": "每年12月4日 21:00"}, "免打扰"),
            ({"when": "每年12月4日 7:59"}, "免打扰"),
            ({"when": "哪天都行"}, "没有写几点"),
            ({"when": "《没有的法》施行之日 10:00"}, "查不到《没有的法》"),
            ({"expires": date(2026, 12, 3)}, "过期"),
            ({"citations": ()}, "没有法条依据"),
            ({"citations": cites("民法典#3")}, "不能引用"),
            ({"citations": cites("民法典#999")}, "不能引用"),
            ({"title": " "}, "标题"),
            ({"title": "长" * 41}, "标题"),
            ({"body": ""}, "没有正文"),
            ({"body": "长" * 4000}, "Telegram一条发不下"),
            ({"link": "javascript:alert(1)"}, "https://"),
            ({"audience": Audience(channels=("fax",))}, "渠道都不能推送"),
            ({"quiz": "nothing"}, "没有这套题"),
            ({"quiz": "roads"}, "要先有一件事"),
            ({"quiz": "labour"}, "答案的依据"),  # of which this small library holds nothing
        ],
    )
    def test_each_is_named_with_its_remedy(self, library: Library, change: dict[str, object], said: str) -> None:
        plan = replace(PLAN, **change)  # type: ignore[arg-type] - the change is named by the case
        found = obstacles.obstacles(plan, library.statutes, LIMITS, NOW)
        assert any(said in one.reason and one.remedy for one in found), found

    def test_nobody_in_the_audience_is_an_obstacle(self, library: Library) -> None:
        assert "没有人符合条件" in self.reasons(library, PLAN, 0)

    def test_a_body_too_long_for_a_channel_is_none_where_that_channel_is_left_out(self, library: Library) -> None:
        long = replace(PLAN, body="长" * 4000, audience=Audience(channels=("web",)))
        assert self.reasons(library, long) == ""

    def test_every_message_carries_law_and_the_way_out(self, library: Library) -> None:
        reply = obstacles.wording(replace(PLAN, link="https://a.cn/x"), library.statutes, NOW.date())
        assert reply.text.startswith("【普法】宪法日\n\n一切权力属于人民。\n\n依据：《民法典》第一条")
        assert reply.text.endswith("不想再收，发“退订”。")
        assert [o.value for o in reply.options] == ["unsubscribe"]
        assert reply.link == Link("https://a.cn/x")

    def test_a_quiz_is_a_button_that_says_of_which_run_it_is(self, library: Library) -> None:
        plan = replace(PLAN, quiz="labour", link="https://a.cn/x")
        reply = obstacles.wording(plan, library.statutes, NOW.date())
        assert [o.value for o in reply.options] == ["push:0:labour", "unsubscribe"]
        sent = obstacles.of_run(reply, 12, "34/ab")
        assert [o.value for o in sent.options] == ["push:12:labour", "unsubscribe"]
        assert sent.link
        assert sent.link.through("https://b.cn") == "https://b.cn/go/34/ab"

    @pytest.mark.parametrize(
        ("clock", "quiet"),
        [(time(21), True), (time(23, 59), True), (time(7, 59), True), (time(8), False), (time(20, 59), False)],
    )
    def test_quiet_hours_go_over_midnight(self, clock: time, quiet: bool) -> None:
        assert obstacles.is_quiet(LIMITS, clock) is quiet

    def test_quiet_hours_may_lie_within_a_day(self) -> None:
        noon = replace(LIMITS, quiet_from=time(12), quiet_to=time(14))
        assert [obstacles.is_quiet(noon, time(hour)) for hour in (11, 12, 13, 14)] == [False, True, True, False]
