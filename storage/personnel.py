"""Take in a list of villages and staff, all of it or nothing."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.desk.links import NOTHING
from handlers.desk.personnel import Days, Difference, Person, Place, Register, compare
from handlers.staff import Role
from storage.audit import note
from storage.moments import stamp
from storage.schema import duties, posts, profiles, specialisms, staff_addresses, towns, users, villages
from storage.unit import Writer, reading
from storage.values import insert_new, packed, upsert

WECOM = "wecom"


class Personnel:
    """Villages, users, posts, profiles and specialisms as one register."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def register(self) -> Register:
        """What is kept."""
        async with reading(self._read) as connection:
            return await _register(connection)

    async def take_in(
        self, listed: Register, held: Register, passwords: Mapping[str, str], by: int | None, now: datetime
    ) -> bool:
        """Make it as listed; `passwords` are the digests of new accounts. False, and nothing, if it is not as held."""
        difference = compare(listed, held)

        async def work(connection: AsyncConnection) -> bool:
            if await _register(connection) != held:
                return False
            places = await _places(connection, difference)
            for person in difference.added:
                number = await _add(connection, person, passwords[person.login], now)
                await _describe(connection, number, person, places)
                await _reach(connection, number, "", person.wecom, now)
                deed = Deed(Act.USER_ADDED, by, f"user:{number}", f"{person.login} {person.role}")
                await note(connection, deed, now)
            for was, person in difference.changed:
                number = await _change(connection, person)
                await _describe(connection, number, person, places)
                await _reach(connection, number, was.wecom, person.wecom, now)
                detail = f"{person.role} {len(person.places)}村 在用"
                await note(connection, Deed(Act.USER_CHANGED, by, f"user:{number}", detail), now)
            await _on_duty(connection, difference)
            if difference:
                await note(connection, Deed(Act.STAFF_IMPORTED, by, "", str(difference)), now)
            return True

        return await self._writer.write(work)


async def _register(connection: AsyncConnection) -> Register:
    where = select(villages.c.id, towns.c.name.label("town"), villages.c.name).join(towns)
    places: dict[int, Place] = {r.id: (r.town, r.name) for r in await connection.execute(where)}
    held: defaultdict[int, set[Place]] = defaultdict(set)
    for post in await connection.execute(select(posts)):
        held[post.user].add(places[post.village])
    known: defaultdict[int, set[str]] = defaultdict(set)
    for one in await connection.execute(select(specialisms)):
        known[one.user].add(one.field)
    staff = select(users, profiles.c.licence, profiles.c.licensed_until).join(profiles, isouter=True)
    found = (await connection.execute(staff.order_by(users.c.id))).fetchall()
    reached = select(staff_addresses.c.user, func.min(staff_addresses.c.external).label("external"))
    reached = reached.where(staff_addresses.c.channel == WECOM).group_by(staff_addresses.c.user)
    there = {r.user: r.external for r in await connection.execute(reached)}
    people = [_person(r, frozenset(held[r.id]), frozenset(known[r.id]), there.get(r.id, "")) for r in found]
    days: defaultdict[str, set[Days]] = defaultdict(set)
    sit = select(users.c.login, duties.c.first, duties.c.last).join(duties)
    for login, first, last in await connection.execute(sit):
        days[login].add((date.fromisoformat(first), date.fromisoformat(last)))
    shifts = {login: frozenset(theirs) for login, theirs in days.items()}
    return Register(frozenset(places.values()), {person.login: person for person in people}, shifts)


def _person(row: Any, places: frozenset[Place], fields: frozenset[str], wecom: str) -> Person:
    until = date.fromisoformat(row.licensed_until) if row.licensed_until else None
    return Person(row.login, row.name, Role(row.role), places, row.licence or "", until, fields, row.is_active, wecom)


async def _places(connection: AsyncConnection, difference: Difference) -> dict[Place, int]:
    for town in sorted({town for town, _ in difference.places}):
        await connection.execute(insert_new(connection, towns).values(name=town))
    numbers = {r.name: r.id for r in await connection.execute(select(towns.c.id, towns.c.name))}
    if difference.places:
        new = [{"town": numbers[town], "name": name} for town, name in difference.places]
        await connection.execute(villages.insert(), new)
    where = select(villages.c.id, towns.c.name.label("town"), villages.c.name).join(towns)
    return {(r.town, r.name): r.id for r in await connection.execute(where)}


async def _add(connection: AsyncConnection, person: Person, password: str, now: datetime) -> int:
    fresh = {"login": person.login, "name": person.name, "role": person.role, "password": password}
    statement = users.insert().values(fresh | {"one_time": True, "created_at": stamp(now)}).returning(users.c.id)
    number: int = (await connection.execute(statement)).scalar_one()
    return number


async def _change(connection: AsyncConnection, person: Person) -> int:
    this = update(users).where(users.c.login == person.login).values(name=person.name, role=person.role)
    number: int = (await connection.execute(this.returning(users.c.id))).scalar_one()
    await connection.execute(delete(posts).where(posts.c.user == number))
    await connection.execute(delete(specialisms).where(specialisms.c.user == number))
    return number


async def _reach(connection: AsyncConnection, number: int, before: str, account: str, now: datetime) -> None:
    """The id in WeCom is theirs from now on, in place of the one before."""
    if account == before:
        return
    one = and_(staff_addresses.c.channel == WECOM, staff_addresses.c.external.in_([before, account]))
    await connection.execute(delete(staff_addresses).where(one))
    fresh = {"channel": WECOM, "external": account, "user": number, "linked_at": stamp(now), "aim": packed(NOTHING)}
    await connection.execute(staff_addresses.insert().values(fresh))
    await note(connection, Deed(Act.ADDRESS_LINKED, None, f"user:{number}", WECOM), now)


async def _on_duty(connection: AsyncConnection, difference: Difference) -> None:
    """Whoever is listed sits at the district's desk on these days and on no others."""
    numbers = {r.login: r.id for r in await connection.execute(select(users.c.id, users.c.login))}
    for login, _, days in difference.duties:
        await connection.execute(delete(duties).where(duties.c.user == numbers[login]))
        fresh = [{"user": numbers[login], "first": str(first), "last": str(last)} for first, last in sorted(days)]
        if fresh:
            await connection.execute(duties.insert(), fresh)


async def _describe(connection: AsyncConnection, number: int, person: Person, places: Mapping[Place, int]) -> None:
    if person.places:
        held = [{"user": number, "village": places[p]} for p in sorted(person.places)]
        await connection.execute(posts.insert(), held)
    if person.fields:
        await connection.execute(specialisms.insert(), [{"user": number, "field": f} for f in sorted(person.fields)])
    until = person.licensed_until.isoformat() if person.licensed_until else None
    profile = {"user": number, "licence": person.licence, "licensed_until": until}
    await connection.execute(upsert(connection, profiles, profile, ("user",)), profile)
