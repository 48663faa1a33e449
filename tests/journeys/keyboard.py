"""A person with a keyboard and no mouse, and axe-core's look at each page that opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RULES = (*WCAG, "best-practice")
FURTHEST = 400
# Only what is wrong is sent back: every node that passed, named by a selector of its own, takes longer than looking.
LOOK = """rules => axe.run(document, {
    runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], selectors: false,
}).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 120))]))"""
# What hangs over the window, and what scrolls sideways in a box of its own; only the rows of a sheet may.
WIDE = """() => {
    const over = (one) => one.scrollWidth > one.clientWidth + 1;
    const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
    const boxes = [...document.querySelectorAll("main div, main figure, main section")];
    const found = boxes.filter((one) => over(one) && scrolls(one) && !one.querySelector(".app-preview"));
    return [document.documentElement, ...found].filter(over).map((one) => one.ariaLabel || one.className);
}"""
HAS_FOCUS = """one => {
    if (one !== document.activeElement) return "no";
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" || style.boxShadow !== "none" ? "shown" : "hidden";
}"""
Words = str | re.Pattern[str]


def check_accessible(page: Page, rules: Sequence[str] = RULES) -> None:
    """Run axe-core over the page as it stands, and see that nothing hangs over the window or scrolls sideways."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(LOOK, list(rules))
    assert found == [], (page.url, found)
    assert page.evaluate(WIDE) == [], page.url


class Keyboard:
    """Does everything by keys alone. `within` a group of fields, a label is looked for there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> None:
        """Type an address, and look at the page."""
        self.page.goto("/".join(self.page.url.split("/", 3)[:3]) + path)
        check_accessible(self.page)

    def reload(self) -> None:
        """Load the page again."""
        self.page.reload()

    def see(self, words: Words) -> None:
        """Expect to see the words."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def see_none(self, words: Words) -> None:
        """Expect the words nowhere."""
        expect(self.page.get_by_text(words)).to_have_count(0)

    def heading(self, words: Words, *, exact: bool = False) -> None:
        """Expect a heading."""
        expect(self.page.get_by_role("heading", name=words, exact=exact).first).to_be_visible()

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus; it must show that it has it."""
        element = target.first.element_handle()  # found once, and not by its name before every key
        for _ in range(FURTHEST):
            state = element.evaluate(HAS_FOCUS)
            if state == "no":
                self.page.keyboard.press("Tab")
                continue
            assert state == "shown", f"the focus on {target} cannot be seen"
            return
        raise AssertionError(f"{target} cannot be reached by keyboard on {self.page.url}")

    def follow(self, words: Words) -> None:
        """Follow a link, and look at the page that opens."""
        self._enter(self.page.get_by_role("link", name=words, exact=isinstance(words, str)))

    def press(self, words: Words) -> None:
        """Press a button, and look at the page that opens."""
        self._enter(self.page.get_by_role("button", name=words, exact=isinstance(words, str)))

    def _enter(self, target: Locator) -> None:
        self.tab_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        check_accessible(self.page)

    def menu(self, words: str) -> None:
        """Follow a link of the navigation, which a telephone folds away."""
        opener = self.page.get_by_role("button", name="Menu")
        if opener.is_visible():
            self.tab_to(opener)
            self.page.keyboard.press("Enter")
        self.follow(words)

    def unfold(self, words: str) -> None:
        """Open what is folded away under a summary."""
        self.tab_to(self.page.locator("summary").filter(has_text=words))
        self.page.keyboard.press("Enter")

    def download(self, words: Words) -> Download:
        """Follow a link that gives a file."""
        self.tab_to(self.page.get_by_role("link", name=words))
        with self.page.expect_download() as coming:
            self.page.keyboard.press("Enter")
        return coming.value

    def fill(self, label: Words, text: str, *, within: str = "") -> None:
        """Type into a field in place of what it holds."""
        self.tab_to(self._place(within).get_by_label(label, exact=isinstance(label, str)))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def fill_day(self, group: str, day: int, month: int, year: int) -> None:
        """Type a day into its three boxes."""
        for label, number in (("Day", day), ("Month", month), ("Year", year)):
            self.fill(label, str(number), within=group)

    def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose from a list by walking down it."""
        field = self._place(within).get_by_label(label, exact=True)
        self.tab_to(field)
        self.page.keyboard.press("Home")
        for _ in range(FURTHEST):
            if field.evaluate("one => one.selectedOptions[0].label.trim()").startswith(option):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"“{label}” has no “{option}” on {self.page.url}")

    def tick(self, label: Words, *, within: str = "") -> None:
        """Tick a box, or choose a radio button by walking along its group."""
        box = self._place(within).get_by_label(label, exact=isinstance(label, str)).first
        if box.get_attribute("type") != "radio":
            self.tab_to(box)
            self.page.keyboard.press("Space")
            return
        name = box.get_attribute("name")
        group = self.page.locator(f"input[type=radio][name={name!r}]")
        chosen = self.page.locator(f"input[type=radio][name={name!r}]:checked")
        self.tab_to(chosen if chosen.count() else group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"“{label}” cannot be chosen by keyboard on {self.page.url}")

    def _place(self, within: str) -> Page | Locator:
        return self.page.get_by_role("group", name=within) if within else self.page
