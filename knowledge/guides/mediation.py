"""Say whether people's mediation takes a dispute, who mediates, and what comes after."""

from collections.abc import Iterator
from decimal import Decimal

from knowledge import regions
from knowledge.citations import Citation
from knowledge.guides import conditions
from knowledge.guides.disputes import Dispute, Route, Way, disputes
from knowledge.regions import Centre
from knowledge.results import Result, Step

CAUTION = "以机构答复为准"
WILLING, REFUSES = "双方愿意", "对方拒绝"  # of what `consent` may be, the two that decide
SHARED = "同意"  # of what `sharing` may be, the one that lets a committee read it
_LAW = "人民调解法"
_REQUEST = "登记申请人民调解"
_CONFIRMED = (Citation(_LAW, "33"), Citation("民事诉讼法", "205"))
_INTERRUPTS = Citation("最高人民法院关于审理民事案件适用诉讼时效制度若干问题的规定", "12")
_FREE = Step("人民调解不收任何费用。", (Citation(_LAW, "4"),))
_RIGHTS = Step(
    "可以自己选调解员，也可以由调委会指定；可以要求不公开，随时可以要求停下来。",
    (Citation(_LAW, "19"), Citation(_LAW, "23")),
)
_REFUSED = Step("一方明确拒绝调解的，不得调解。", (Citation(_LAW, "17"),))
_UNASKED = Step("还没问过对方也可以先去申请，调委会会去问；也可以由调委会主动来调。", (Citation(_LAW, "17"),))
_WILLING = Step("双方愿意，就可以调。", (Citation(_LAW, "17"),))
_VIOLENT = Step(
    "已经动手、扬言要动手的，先保证安全，急的打110；可能引起治安、刑事案件的，调解员要及时报告公安机关。",
    (Citation(_LAW, "25"),),
)
_HOME = Step(
    "家里人动手的是家庭暴力，不要只靠调解，可以报警，也可以向法院申请人身安全保护令。",
    (Citation("反家庭暴力法", "13"), Citation("反家庭暴力法", "23")),
)
_IN_PERSON = Step("可以自己去村（社区）或者镇街的调解委员会，口头、书面申请都行。", (Citation(_LAW, "17"),))
_AT_HOME = frozenset({"家庭", "离婚"})
_AFTERWARDS = Step(
    "调成的协议有约束力，要照着做；书面协议双方签名或按指印、调解员签名、盖章那天起生效，口头的谈妥那天起生效。",
    (Citation(_LAW, "29"), Citation(_LAW, "30"), Citation(_LAW, "31")),
)
_COURT = Step(
    "想让它能强制执行，协议生效起30日内双方一起去法院申请司法确认；只有给钱、做什么不做什么的内容能确认。", _CONFIRMED
)
_NEVER = Step(
    "婚姻、亲子、收养等身份关系，房屋、土地归谁和界在哪里，商标、专利归谁，法院不受理确认。",
    (Citation("最高人民法院关于适用民事诉讼法的解释", "355"),),
)
_PAPERS = "身份证、对方的姓名和住址电话、事情经过（口头说也可以）"
_ASK = "哪里有调委会、怎么联系，打12348（公共法律服务热线）问。"
_CLOCK = "向调委会提出请求，诉讼时效从那天起中断；劳动仲裁、行政复议等别的期限不一定跟着变，先问清。"


def mediation_intake(
    *,
    kind: str,
    consent: str | None = None,
    reach: str | None = None,
    tried: str | None = None,
    amount: Decimal | None = None,
    people: Decimal | None = None,
    violent: bool | None = None,
) -> Result:
    """Who mediates such a dispute, or why nobody does and where else to go; `kind` is a name in the rules."""
    dispute = disputes().disputes[kind]
    first = Step(dispute.words, dispute.basis)
    danger = tuple(_danger(dispute, violent))
    if not dispute.takes:
        return _elsewhere("人民调解不收", dispute, (first, *danger))
    if consent == REFUSES:
        return _elsewhere("对方不愿意，不能调", dispute, (*danger, _REFUSED))
    turn = route(reach=reach, tried=tried, amount=amount, people=people)
    steps = (*danger, first, _WILLING if consent == WILLING else _UNASKED, *_who(dispute, turn), _RIGHTS, _FREE)
    return Result(
        kind="mediation_intake",
        title="申请人民调解",
        value=f"可以调，找{centre(turn).name}",
        unit="",
        steps=(*steps, _AFTERWARDS, _COURT, _NEVER),
        notes=tuple(_notes(dispute)),
    )


def mediation_request(
    *,
    sharing: str,
    applicant: str | None = None,
    other: str | None = None,
    told: str | None = None,
    village: str | None = None,
) -> Result:
    """What is handed to a committee, as it was typed; where that is not agreed to, where to apply oneself."""
    if sharing != SHARED:
        return Result("mediation_request", _REQUEST, "好的，没有登记", "", (_IN_PERSON, _FREE), notes=(_ASK,))
    said = {"您": applicant, "对方": other, "经过": told, "地方": village}
    steps = tuple(Step(f"{name}：{words}") for name, words in said.items() if words)
    return Result("mediation_request", _REQUEST, "登记好了", "", (*steps, _UNASKED, _FREE))


def route(
    *, reach: str | None = None, tried: str | None = None, amount: Decimal | None = None, people: Decimal | None = None
) -> Route:
    """Whose turn it is to mediate."""
    facts: conditions.Facts = {"reach": reach, "tried": tried, "amount": amount, "people": people}
    return next(one for one in disputes().routing if conditions.holds(one.when, facts))


def centre(turn: Route) -> Centre:
    """Who that is."""
    return regions.centres()[turn.level]


def ways(kind: str) -> tuple[Way, ...]:
    """Where the parties can go when mediation does not take the dispute or fails (人民调解法26)."""
    return disputes().disputes[kind].ways


def steps(open_ways: tuple[Way, ...]) -> tuple[Step, ...]:
    """The ways as steps."""
    return tuple(Step(way.words, way.basis) for way in open_ways)


def _danger(dispute: Dispute, violent: bool | None) -> Iterator[Step]:
    if violent:
        yield _VIOLENT
        if dispute.id in _AT_HOME:
            yield _HOME


def _elsewhere(value: str, dispute: Dispute, why: tuple[Step, ...]) -> Result:
    return Result("mediation_intake", "申请人民调解", value, "", (*why, *steps(dispute.ways)), notes=(_ASK,))


def _who(dispute: Dispute, turn: Route) -> Iterator[Step]:
    yield Step(f"{turn.words}{_caution(turn.source)}{_where(centre(turn))}", turn.basis)
    if dispute.centre:
        special = regions.centres()[dispute.centre]
        yield Step(f"也可以找{special.name}：{special.takes}。{_where(special)}{_caution(special.mark)}")


def _where(place: Centre) -> str:
    phone = f"电话{place.phone}" if place.phone else ""
    said = "，".join(part for part in (place.where, phone) if part)
    return f"在{said}。" if place.where else f"{said}。" if said else ""


def _caution(mark: str) -> str:
    return "" if mark == "V" else f"（{CAUTION}）"


def _notes(dispute: Dispute) -> Iterator[str]:
    yield f"要带的：{'；'.join(part for part in (_PAPERS, dispute.papers) if part)}。"
    yield f"调不成的，还可以：{''.join(way.words for way in dispute.ways)}"
    yield _CLOCK
    yield _ASK
