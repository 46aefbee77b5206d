"""Hold what was looked at, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `bad` if the service cannot do its work as it is."""

    what: str
    state: str
    remedy: str = ""
    bad: bool = False

    def __str__(self) -> str:
        mark = "✗" if self.bad else "·" if self.remedy else "✓"
        return f"{mark} {self.what}：{self.state}" + (f"\n    → {self.remedy}" if self.remedy else "")
