"""Ask the library outside any channel: for other programs, for measuring, for trying. Nothing is written down."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot import rows
from bot.engine import parts
from handlers import turns
from handlers.cases import Case, Library, Rules, Situation
from handlers.messages import Address, Arrived, Inbound, Kind
from handlers.outcomes import Outcome, Verdict
from handlers.residents import Resident
from handlers.routes import Route
from handlers.talk.dialogue import Dialogue, Flood
from knowledge.citations import Citation
from knowledge.engine.match import MOST, Matcher, TopicFinding
from knowledge.results import Result

ADDRESS = Address("ask", "")


class Asker:
    """Answers as the chat would; rows that name the same resident share a dialogue."""

    def __init__(self, library: Library, matcher: Matcher, rules: Rules) -> None:
        self._library = library
        self._matcher = matcher
        self._rules = replace(rules, flood=Flood(burst=1_000_000, hourly=1_000_000))
        self._known: dict[str, tuple[Resident, Dialogue]] = {}

    def ask(self, row: dict[str, Any], *, articles: int = MOST) -> dict[str, Any]:
        """One row in, one row out, with so many articles; raises ValueError saying what is wrong with it."""
        words, day, name = rows.read(row)
        now = datetime.now(UTC)
        resident, dialogue = self._known.get(name, (Resident(name or "-", now), Dialogue()))
        inbound = Inbound("-", ADDRESS, Kind.TEXT, words, now)
        situation = Situation(Arrived(0, inbound, 1), resident, dialogue)
        case, route = turns.prepare(situation, self._library, self._rules, now, day)
        outcome = turns.outcome(self._equipped(case, route), route)
        if name:
            # the last message only: whether the talk flows matters, how much is asked here does not
            self._known[name] = (outcome.resident, replace(outcome.dialogue, recent=outcome.dialogue.recent[-1:]))
        found = self._matcher.articles(words, articles, day) if articles else ()
        return {
            "id": row.get("id"),
            **self._shown(outcome.verdict),
            "articles": [{"law": a.law, "article": a.article, "confidence": a.confidence} for a in found],
            "text": "\n\n".join(reply.text for reply in outcome.replies),
            **self._several(outcome),
        }

    def _equipped(self, case: Case, route: Route) -> Case:
        asked = turns.asks(case, route)
        return replace(case, parts=parts(self._matcher, *asked)) if asked else case

    def _several(self, outcome: Outcome) -> dict[str, Any]:
        verdicts = outcome.verdict.parts
        return {"parts": [self._shown(v) for v in verdicts]} if verdicts else {}

    def _shown(self, verdict: Verdict) -> dict[str, Any]:
        topic = verdict.topic
        level = {"level": verdict.level} if verdict.level else {}
        return {
            "decision": verdict.decision,
            **level,
            "confidence": verdict.confidence,
            "topic": {"id": topic.id, "title": topic.title} if topic else None,
            "options": [self._option(f) for f in verdict.options],
            "citations": [_cited(c) for c in verdict.citations],
            "why": verdict.why,
            **({"result": _result(verdict.result)} if verdict.result else {}),
        }

    def _option(self, finding: TopicFinding) -> dict[str, Any]:
        topic = self._library.topics[finding.topic]
        cited = [_cited(c) for c in topic.citations]
        return {"id": topic.id, "title": topic.title, "confidence": finding.confidence, "citations": cited}


def _result(result: Result) -> dict[str, Any]:
    value = result.value
    return {
        "kind": result.kind,
        "value": value.isoformat() if isinstance(value, date) else None if value is None else str(value),
        "unit": result.unit,
        "trace": [{"words": step.words, "citations": [_cited(c) for c in step.basis]} for step in result.steps],
    }


def _cited(citation: Citation) -> dict[str, str]:
    return {"law": citation.law, "article": citation.article}
