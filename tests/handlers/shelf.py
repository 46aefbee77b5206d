"""A shelf of a few topics and laws, made by the tests themselves, and residents who talk over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.signing import signer
from handlers import turns
from handlers.cases import Case, Library, Part, Rules, Situation
from handlers.desk.moves import Tracked
from handlers.education.subscriptions import Subscription
from handlers.joining import Other
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Address, Arrived, Enclosed, Inbound, Kind
from handlers.outcomes import Outcome
from handlers.receive import whole
from handlers.residents import Resident, Village
from handlers.routes import Route
from handlers.talk.dialogue import Dialogue
from knowledge.citations import Citation
from knowledge.engine.match import Findings, TopicFinding
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic
from tests.knowledge import laws

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LAST_YEAR = date(2025, 6, 1)

CODE: laws.Law = ("中华人民共和国民法典", "2021-01-01", "2020-05-28", [f"民法典第{n}条的内容" for n in range(1, 11)])
LAND: laws.Law = ("中华人民共和国农村土地承包法", "2019-01-01", "2018-12-29", ["承包一", "承包二"])
TABLES = {
    "versions": """
versions:
  - {law: 农村土地承包法, evidence: V, reason: 有后来的修改, note: 以机构答复为准}
superseded:
  - {law: 民法典, version: 2020-05-28, articles: ["3"], to: 2024-02-29, by: 修正案, evidence: V, reason: 未并入}
first: []
gone: []
""",
    "listed": """
listed:
  - {law: 保障农民工工资支付条例, number: 国务院令第724号, issuer: 国务院, from: 2020-05-01, where: 中国政府网,
     articles: 64, evidence: V}
  - {law: 住房租赁条例, issuer: 国务院, from: 2025-09-15, where: 中国政府网, evidence: W, note: 以机构答复为准}
""",
    "aliases": "治安管理处罚法: [治安法]\n",
    "renumbered": """
moved:
  - {law: 治安管理处罚法, old: "75", new: "2", since: 2026-01-01, about: 养犬, basis: 样例}
""",
}


def statutes(folder: Path) -> Statutes:
    """The statute file of these laws: 民法典 1-10, 治安管理处罚法 1-2 (since 2026), 农村土地承包法 1-2; two listed."""
    tables = folder / "tables"
    tables.mkdir(parents=True)
    for name, text in TABLES.items():
        (tables / f"{name}.yaml").write_text(text, encoding="utf-8")
    package = laws.package(folder / "package" / "laws.db", (CODE, laws.ORDER, LAND))
    build.build(folder / "statutes.db", package, tables)
    return Statutes(folder / "statutes.db", tables)


def cites(*names: str) -> tuple[Citation, ...]:
    """Citations written 民法典#1, with a reason that names the number."""
    return tuple(Citation(law, number, f"理由{number}") for law, number in (name.split("#") for name in names))


def topic(
    name: str,
    title: str,
    *citations: str,
    related: Sequence[str] = (),
    named: Sequence[str] = (),
    source: str = "V",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Topic:
    """A topic whose every section says which it is."""
    return Topic(
        id=name,
        field="劳动",
        title=title,
        questions=(f"{title}吗",),
        citations=cites(*citations),
        rule=f"{title}的规则",
        steps="1. 先做一",
        evidence="- 证据一",
        time="一年以内",
        cost="不收费",
        where="12348",
        mistakes="- 误区一",
        adviser="人受伤了",
        region="全国",
        source=source,
        reviewed=TODAY,
        due=date(2027, 11, 24),
        valid_from=valid_from,
        valid_to=valid_to,
        related=tuple(related),
        named=tuple(named),
    )


WAGES = topic(
    "wages", "欠薪", "保障农民工工资支付条例#30", "保障农民工工资支付条例#36", "民法典#1", related=("divorce", "past")
)
DIVORCE = topic("divorce", "离婚", "民法典#2")
DOG = topic("dog", "狗伤人", "民法典#4", "治安管理处罚法#2", "民法典#5", related=("wages", "divorce", "long"))
LONG = topic(
    "long", "长的", *(f"民法典#{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9)), named=["重庆市养犬管理条例"], source="W"
)
PAST = topic("past", "旧规定", "民法典#1", valid_to=date(2025, 12, 31))
COMING = topic("coming", "新规定", "民法典#1", valid_from=date(2027, 1, 1))
TOPICS: Mapping[str, Topic] = {t.id: t for t in (WAGES, DIVORCE, DOG, LONG, PAST, COMING)}

VILLAGES = tuple(
    Village(number, name, town)
    for number, (town, name) in enumerate(
        (
            ("安居镇", "示例一村"),
            ("安居镇", "示例二村"),
            ("安居镇", "古城示例社区"),
            ("旧县街道", "示例一村"),
            ("旧县街道", "示例三村"),
            ("巴川街道", "示例社区"),
            ("巴川街道", "中兴示例社区"),
            ("土桥镇", "六赢村"),
        ),
        1,
    )
)

STRANGER = Resident("r", NOW)
SIGN = signer(b"for tests only")
FREE = Dialogue()


def found(*topics: tuple[str, float], legal: float = 1.0) -> Findings:
    """Findings by hand: (topic, confidence), best first."""
    return Findings(tuple(TopicFinding(name, sure, f"{name}的问法", ("词",)) for name, sure in topics), legal)


def inbound(text: str, kind: Kind = Kind.TEXT, channel: str = "web", *, told: bool = False) -> Inbound:
    """A message of one resident."""
    return Inbound("1", Address(channel, "7"), kind, text, NOW, told)


def case(
    library: Library,
    message: Inbound | str,
    *,
    dialogue: Dialogue | None = None,
    resident: Resident | None = None,
    rules: Rules | None = None,
    day: date = TODAY,
    parts: Sequence[Part] = (),
) -> Case:
    """One message to decide on."""
    said = inbound(message) if isinstance(message, str) else message
    situation = Situation(Arrived(1, said, 1), resident or STRANGER, dialogue or FREE)
    return Case(situation, library, rules or Rules(), NOW, day, 12345, tuple(parts), VILLAGES)


@dataclass
class Talk:
    """A resident and the bot, message by message; `knows` holds what the engine finds for which words."""

    library: Library
    knows: Mapping[str, Findings] = field(default_factory=dict[str, Findings])
    channel: str = "web"
    now: datetime = NOW
    resident: Resident = STRANGER
    dialogue: Dialogue = FREE
    villages: Sequence[Village] = VILLAGES
    mediation: Mediation | None = None  # the only one there is
    taken: bool = False  # a certificate was tried for already
    tickets: tuple[Tracked, ...] = ()
    staff: Mapping[int, str] = field(default_factory=dict[int, str])
    other: Other | None = None  # whom the only code that counts was given to
    addresses: Sequence[Address] = ()
    subscription: Subscription | None = None

    def say(self, text: str, *, told: bool = False, after: float = 20) -> Outcome:
        """Type something, `after` seconds later."""
        return self._send(inbound(text, Kind.TEXT, self.channel, told=told), after)

    def send(self, *marks: str, words: str = "", series: str = "", answers: str = "") -> Outcome:
        """Send pictures or files, perhaps with words."""
        message = inbound(words or "photo", Kind.TEXT if words else Kind.MEDIA, self.channel)
        enclosed = tuple(map(Enclosed, marks))
        return self._send(replace(message, enclosed=enclosed, series=series, answers=answers), 1 if series else 20)

    def press(self, value: str) -> Outcome:
        """Press an option."""
        return self._send(inbound(value, Kind.CHOICE, self.channel), 20)

    def _send(self, message: Inbound, after: float) -> Outcome:
        self.now += timedelta(seconds=after)
        arrived = Arrived(1, replace(message, sent_at=self.now), 1)
        situation = Situation(arrived, self.resident, self.dialogue, tickets=self.tickets, staff=self.staff)
        prepared, route = turns.prepare(situation, self.library, Rules(), self.now, TODAY)
        equipped = self._equipped(prepared, route)
        outcome = whole(equipped, route)
        self.resident, self.dialogue = outcome.resident, outcome.dialogue
        moved = {move.after.ticket.receipt: move.after for move in outcome.moves}
        self.tickets = tuple(moved.get(held.ticket.receipt, held) for held in self.tickets)
        return outcome

    def _equipped(self, prepared: Case, route: Route) -> Case:
        asked = turns.asks(prepared, route)
        parts = (Part(asked[0], self.knows.get(asked[0], Findings())),) if asked else ()
        wanted = self.mediation if self.mediation and self.mediation.number == route.text else None
        return replace(
            prepared,
            parts=parts,
            villages=self.villages,
            mediation=wanted,
            taken=self.taken,
            sign=SIGN,
            other=self.other,
            addresses=self.addresses,
            subscription=self.subscription,
        )


def text(outcome: Outcome) -> str:
    """All that was said."""
    return "\n".join(reply.text for reply in outcome.replies)


def values(outcome: Outcome) -> list[str]:
    """The values of all options offered."""
    return [option.value for reply in outcome.replies for option in reply.options]
