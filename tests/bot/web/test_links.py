"""Find citations in text of ours; all else stays text."""

import pytest

from bot.web.links import law_page, paragraphs, pieces

CIVIL = "%E6%B0%91%E6%B3%95%E5%85%B8"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("依据：《民法典》第一千零七十七条。", {"《民法典》第一千零七十七条": f"/law/{CIVIL}/1077"}),
        (
            "《民法典》第一条、第二条之一；等10条",
            {"《民法典》第一条": f"/law/{CIVIL}/1", "第二条之一": law_page("民法典", "2之一")},
        ),
        ("《民法典》第1077条", {"《民法典》第1077条": f"/law/{CIVIL}/1077"}),
        ("《民法典》没有这一条（最后一条是第1260条）", {}),
        ("第三条", {}),
        ("《民法典》第零条", {}),
        ("https://evil.example javascript:alert(1) <a href='x'>", {}),
        ("《a/b》第一条", {"《a/b》第一条": "/law/a%2Fb/1"}),
        ('《"><svg>》第一条', {'《"><svg>》第一条': "/law/%22%3E%3Csvg%3E/1"}),
        (
            "《民法典》第一条《刑法》第二条",
            {"《民法典》第一条": f"/law/{CIVIL}/1", "《刑法》第二条": law_page("刑法", "2")},
        ),
    ],
)
def test_citations_and_nothing_else_become_links(text: str, links: dict[str, str]) -> None:
    found = pieces(text)
    assert {p.text: p.href for p in found if p.href} == links
    assert "".join(p.text for p in found) == text


def test_blocks_are_parted_and_their_labels_stand_out() -> None:
    found = paragraphs("【欠薪】\n规则\n\n怎么做：\n1. 走\n\n\n没有名头的：一段")
    assert [p.label for p in found] == ["【欠薪】", "怎么做：", ""]
    assert [p.pieces[0].text for p in found] == ["\n规则", "\n1. 走", "没有名头的：一段"]
