"""Compare the staff, villages and duties that the bureau lists with those that are kept, and say what would change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.staff import ROLE_NAMES, Role

Place = tuple[str, str]  # town, village
Days = tuple[date, date]  # the first and the last, included


NONE = frozenset[Days]()


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as a list of them says."""

    login: str
    name: str
    role: Role
    places: frozenset[Place] = frozenset()
    licence: str = ""
    licensed_until: date | None = None
    fields: frozenset[str] = frozenset()
    is_active: bool = True
    wecom: str = ""  # the id there, by which tickets reach them; none in a list changes nothing


@dataclass(frozen=True, slots=True)
class Register:
    """The villages and the staff of a district, each person by the login."""

    places: frozenset[Place] = frozenset()
    people: Mapping[str, Person] = field(default_factory=dict[str, Person])
    duties: Mapping[str, frozenset[Days]] = field(default_factory=dict[str, frozenset[Days]])  # at the district's desk


@dataclass(frozen=True, slots=True)
class Difference:
    """What a list adds and changes; whom it does not name stays as they are."""

    places: tuple[Place, ...]
    added: tuple[Person, ...]
    changed: tuple[tuple[Person, Person], ...]  # before, after
    duties: tuple[tuple[str, frozenset[Days], frozenset[Days]], ...] = ()  # whose, before, after

    def __bool__(self) -> bool:
        return bool(self.places or self.added or self.changed or self.duties)

    def __str__(self) -> str:
        said = f"新增 {len(self.places)} 个村（社区）、{len(self.added)} 个账号，修改 {len(self.changed)} 个账号"
        return said + (f"，改 {len(self.duties)} 人的值班" if self.duties else "")


def compare(listed: Register, held: Register) -> Difference:
    """What taking in the list would do."""
    people = listed.people.values()
    return Difference(
        tuple(sorted(listed.places - held.places)),
        tuple(p for p in people if p.login not in held.people),
        tuple((was, p) for p in people if (was := held.people.get(p.login)) and was != p),
        tuple((who, was, days) for who, days in listed.duties.items() if (was := held.duties.get(who, NONE)) != days),
    )


def lines(found: Difference) -> Iterator[str]:
    """The difference in words, one change a line."""
    yield from (f"新增村（社区）：{town}{village}" for town, village in found.places)
    for person in found.added:
        said = "；".join(f"{name}{said}" for name, said in _facts(person).items() if said)
        yield f"新增账号 {person.login}：{said}"
    for was, person in found.changed:
        before, after = _facts(was), _facts(person)
        said = "；".join(f"{n}{before[n] or '无'}→{after[n] or '无'}" for n in after if before[n] != after[n])
        yield f"修改账号 {person.login}：{said}"

    for who, was, days in found.duties:
        yield f"值班 {who}：{said_of(was) or '无'}→{said_of(days) or '无'}"


def said_of(days: Iterable[Days]) -> str:
    """The days as people write them."""
    return "、".join(str(first) if first == last else f"{first} 到 {last}" for first, last in sorted(days))


def _facts(person: Person) -> dict[str, str]:
    return {
        "姓名": person.name,
        "角色": ROLE_NAMES[person.role],
        "村居": "、".join(f"{town}{village}" for town, village in sorted(person.places)),
        "执业证号": person.licence,
        "有效期至": str(person.licensed_until or ""),
        "擅长": "、".join(sorted(person.fields)),
        "企业微信": person.wecom,
    }
