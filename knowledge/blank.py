"""Begin a topic: the whole form of one, to be filled in."""

from datetime import date

from knowledge.topics import FIELDS, SECTIONS

# the hints are comments of the head, so none can be left in what residents read
HEAD = """---
# 规则：两句话说法律怎么规定，不写条号，条号写在引用里。怎么做：1. 2. 3.。证据、常见误区：一行一条，用“- ”开头。
# 问法至少10种，照居民的说法写，不抄工单里的原话。引用写法：{{law: 民法典, article: "1077", why: 为什么引它}}
id: {id}
field: {field}
title:
questions:
  -
citations:
  - {{law: , article: "", why: }}
region: 全国
source: K
reviewed: {day}
due: {due}
---
"""


def form(topic: str, day: date) -> str:
    """The text of a new topic, due for review in half a year; it cannot be kept before it is filled in."""
    due = date(day.year + (day.month > 6), (day.month + 5) % 12 + 1, min(day.day, 28))
    sections = "\n\n".join(f"## {name}\n" for name in SECTIONS)
    return HEAD.format(id=topic, field=FIELDS[0], day=day, due=due) + sections
