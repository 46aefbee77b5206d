"""Say to the parties of a mediation what has become of it."""

from collections.abc import Iterator

from handlers.mediations import agreements, mediation
from handlers.mediations.agreements import Agreement
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from handlers.messages import Reply
from knowledge import regions
from knowledge.clocks.reckoning import written
from knowledge.guides import confirmation

Told = tuple[str, Reply]  # a resident, and what is said to them
_PLAIN = {
    State.MEDIATING: "调解员开始调了，会联系双方。可以自己选调解员，也可以随时要求停下来；不收任何费用。",
    State.DRAFTED: "协议写好了，等双方签名。签以前请逐字看一遍，不明白的先问调解员。",
    State.APPLIED: "已经登记向法院申请司法确认。法院一般在立案起30日内审完。",
    State.CONFIRMED: "法院确认了协议。对方不照做的，可以直接向法院申请执行。",
    State.PERFORMED: "已经登记照协议做完了。",
}


def bulletins(before: Case, after: Case) -> tuple[Told, ...]:
    """What each party whom we can write to is told of the change; nothing where none of it is theirs to know."""
    words = _words(before, after)
    told = f"【人民调解 {after.number}】\n{words}"
    return tuple((party.resident, Reply(told)) for party in after.parties if words and party.resident)


def _words(before: Case, after: Case) -> str:
    if before.state is after.state and before.level == after.level:
        return ""
    match after.state:
        case State.INTAKE:
            return "双方要重新调解，请再说一次愿不愿意。"
        case State.ACCEPTED:
            return f"双方都愿意，已经受理，由{_centre(after)}来调。"
        case State.IN_FORCE:
            return "".join(_binding(before, after))
        case State.DECLINED | State.FAILED | State.EXPIRED | State.REJECTED:
            return "".join(_ended(after))
        case _:
            return _PLAIN[after.state]


def _centre(case: Case) -> str:
    return regions.centres()[case.level].name if case.level else "调解组织"


def _binding(before: Case, case: Case) -> Iterator[str]:
    if before.state is State.APPLIED:
        yield f"向法院的确认申请撤回了，协议还是有约束力；在{written(mediation.last_day(case))}以前还可以再申请。"
        return
    yield "协议生效了，要照着做。"
    if bars := agreements.barred(case.agreement or Agreement()):
        yield f"这份协议不能申请司法确认：{''.join(bar.words for bar in bars)}"
    else:
        yield "想让它能强制执行，双方要一起去法院申请司法确认，"
        yield f"最后一天是{written(mediation.last_day(case))}。到期前会提醒您。"


def _ended(case: Case) -> Iterator[str]:
    match case.state:
        case State.DECLINED:
            yield "有一方明确不愿意，不能调解了。"
        case State.FAILED:
            yield "没有调成，调解到这里结束。"
        case State.EXPIRED if agreements.barred(case.agreement or Agreement()):
            yield confirmation.UNCONFIRMED.words
            return
        case State.EXPIRED:
            yield "申请司法确认的30日过了。"
        case _:
            yield "法院没有确认这份协议。"
    yield "".join(way.words for way in mediation.ways(case))
