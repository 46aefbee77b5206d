"""Tell residents what is held on them, and let them have it erased, with days in which to change their mind."""

from dataclasses import replace
from datetime import timedelta

from handlers import residents
from handlers.cases import Case
from handlers.desk.tickets import STATE_NAMES
from handlers.hours import SHANGHAI
from handlers.messages import Option
from handlers.outcomes import Decision, Outcome
from handlers.residents import Resident
from handlers.talk import consultation

GRACE = timedelta(days=7)  # until it is erased; PIPL art. 15 and 47 want it to be easy and soon, 15 days at the latest
ERASE = Option("确认删除", "erase")
KEEP = Option("不删了", "keep")

_HELD = """我们这里有您的这些：
· 您在这里说过的话和收到的回复，加密保存，到期清空
· 住在哪个村（社区）：{village}
· 同意转给顾问：{consent}
· 工单：{tickets}
要完整的一份，在网页版打开“隐私”，点“下载我的数据”。要删掉这些，发“删除我的数据”。"""
_ASK = """删除以后，您说过的话、收到的答复、村名和收信地址都没有了，没办完的工单也会停办，只留不含内容的件数。
调解等依法要存档的除外。确定要删吗？"""
_WILL = "好的，{day}删除。在那之前改主意，发“不删了”就行。"
_STAYS = "好的，不删，照旧保留。"
_NOT_ASKED = "您没有要求过删除，什么都没有动。"


def held(case: Case) -> Outcome:
    """What is held, in a few lines."""
    resident = case.resident
    found = [f"{one.ticket.receipt}（{STATE_NAMES[one.ticket.state]}）" for one in case.situation.tickets]
    words = _HELD.format(
        village="已说明" if resident.village is not None else "没有",
        consent="是" if residents.agreed_to_advice(resident) else "否",
        tickets="、".join(found) or "没有",
    )
    return consultation.plain(case, Decision.SMALLTALK, words)


def asked(case: Case) -> Outcome:
    """Ask before anything is done."""
    said = consultation.plain(case, Decision.SMALLTALK, _ASK)
    reply = replace(said.replies[-1], options=(ERASE, KEEP))
    offered = replace(said.dialogue, options=(ERASE, KEEP))
    return replace(said, replies=(*said.replies[:-1], reply), dialogue=offered)


def confirmed(case: Case) -> Outcome:
    """It will be erased on a day that is named."""
    resident = erase(case.resident, case)
    assert resident.erase_at is not None
    day = resident.erase_at.astimezone(SHANGHAI)
    said = consultation.plain(case, Decision.SMALLTALK, _WILL.format(day=f"{day.month}月{day.day}日"))
    return replace(said, resident=resident)


def kept(case: Case) -> Outcome:
    """The resident thought better of it."""
    words = _STAYS if case.resident.erase_at else _NOT_ASKED
    said = consultation.plain(case, Decision.SMALLTALK, words)
    return replace(said, resident=replace(case.resident, erase_at=None))


def erase(resident: Resident, case: Case) -> Resident:
    """The day is set once: asking again does not put it off."""
    return resident if resident.erase_at else replace(resident, erase_at=case.now + GRACE)
