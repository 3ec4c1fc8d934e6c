"""Desks with a browser each: people of every role at the pages of one project, at a time that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from tests.journeys.world import World
from tests.papers import pdf
from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page
    from pytest_django.live_server_helper import LiveServer


class Desks:
    """A browser for each role; whoever sat down on another day signs in anew. faults: what browsers complained of."""

    def __init__(self, chromium: Browser, site: LiveServer, world: World) -> None:
        self._chromium, self._site, self._world = chromium, site, world
        self._contexts: dict[str, BrowserContext] = {}
        self._since: dict[str, date] = {}
        self._pages: dict[str, Page] = {}
        self.faults: list[str] = []

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def at(self, role: str) -> Page:
        """The page before somebody of the role, who is signed in."""
        if role not in self._pages:
            self._contexts[role] = self._context()
            self._pages[role] = self._watched(self._contexts[role].new_page())
        page = self._pages[role]
        if self._since.get(role) != self._world.today:
            self._contexts[role].clear_cookies()
            page.goto("/sign-in/")
            page.get_by_label("用户名").fill(self._world.people[role][0].username)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.get_by_text("退出登录").wait_for(state="attached")
            self._since[role] = self._world.today
        return page

    def project(self, role: str) -> Page:
        """The project's page with its card."""
        page = self.at(role)
        page.goto(self.url("project"))
        page.locator("#gates .gate, #gates .empty").first.wait_for()
        return page

    def part(self, role: str, name: str) -> Page:
        """A page inside the project, found by its tab."""
        page = self.at(role)
        page.goto(self.url(name))
        return page

    @contextmanager
    def stranger(self) -> Iterator[Page]:
        """Somebody without an account."""
        context = self._context()
        yield self._watched(context.new_page())
        context.close()

    def url(self, name: str, *arguments: Any) -> str:
        return reverse(name, args=[self._world.project.number, *arguments])

    def _context(self) -> BrowserContext:
        context = self._chromium.new_context(
            base_url=self._site.url, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(30_000)
        context.on("weberror", lambda error: self.faults.append(f"script failed: {error.error}"))
        return context

    def _watched(self, page: Page) -> Page:
        def listen(message: Any) -> None:
            # What was refused is said by the page; Chromium says it a second time.
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                self.faults.append(f"{page.url}: {message.text}")

        page.on("console", listen)
        return page


def card(page: Page) -> Locator:
    """The way forward on the card."""
    return page.locator("#gates .gate").first


def lacks(page: Page) -> list[str]:
    """What the card says is missing, by title."""
    titles: list[str] = card(page).locator("> .points > .open .point-title").all_inner_texts()
    return [title.strip() for title in titles]


def follow(page: Page, title: str) -> None:
    """Go from an open point of the card to where it is mended."""
    point = card(page).locator("> .points > .open").filter(has_text=title)
    with page.expect_navigation():
        point.get_by_role("link").click()


def press(page: Page, name: str, *, within: str = "main") -> None:
    """Press the button, and wait for what follows."""
    with page.expect_navigation():
        page.locator(within).get_by_role("button", name=name, exact=True).click()


def fill(page: Page, *, within: str = "main", **said: str) -> None:
    """Fill in fields by their labels, given in the place of keyword arguments; a selection by its words."""
    form = page.locator(within)
    for label, value in said.items():
        field = form.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def file(page: Page, name: str, **said: str) -> None:
    """Upload a small PDF on the page of documents that was led to."""
    page.locator("#file").get_by_label("文件").set_input_files(
        {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    fill(page, within="#file", **said)
    press(page, "上传", within="#file")


def says(page: Page, sentence: str) -> None:
    """Wait until the page says so."""
    page.get_by_text(sentence).first.wait_for()
