"""In a real browser: pages fit a desk and a phone, keep to their own policy, and work by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from lifecycle.models import Project
from lifecycle.parties.models import Role
from tests.builders import make_project, make_tranche, moved
from tests.lifecycle.changes.builders import asked
from tests.people import PASSWORD, make_person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser

SIZES = ({"width": 1366, "height": 768}, {"width": 390, "height": 844})


@pytest.fixture
def project(committed_db: str) -> Project:
    project = make_project(name="一个名字相当长的项目：高密度晶圆级扇出封装关键技术研发及产业化示范应用")
    moved(project, "拨付单位", "省拨款", "3499999.99", "2022-10-05")
    moved(
        project, "支出", "省拨款", "99.99", "2023-02-01", invoice="1234567890123456789012345678901234567890"
    )
    make_tranche(project, condition="中期检查通过")
    make_tranche(project, source="园区配套")
    park = project.cluster.park
    make_person((Role.PARK, park), (Role.PROVINCE, park.parent.parent), username="desk")
    make_person((Role.UNIT, project.unit), username="applicant")
    make_person((Role.ADMINISTRATOR, park), username="keeper")
    make_person((Role.LOG_READER, park), username="reader")
    return project


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("退出登录").wait_for(state="attached")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_fit_their_screen_and_keep_to_their_policy(
    page: Page, site: LiveServer, project: Project, language: str
):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    number = project.number
    of_desk = [
        "/projects/",
        "/projects/?q=没有",
        reverse("project", args=[number]),
        reverse("project", args=[number]) + "?on=2023-01-01",
        reverse("project-ledger", args=[number]),
        reverse("contract", args=[number]),
        reverse("inspections", args=[number]),
        reverse("credit", args=[number]),
        reverse("entry", args=[number]),
        reverse("tranches", args=[number]),
        reverse("entry-reversal", args=[number, 1]),
        "/compliance/",
        "/imports/",
        "/batches/",
        reverse("batch", args=[project.cluster.batch_id]),
        "/password/",
    ]
    change = asked(project, "term", {"months": 12})
    of_applicant = [
        reverse("changes", args=[number]),
        reverse("change", args=[number, change.pk]),
        *(
            reverse("change-new", args=[number, kind])
            for kind in ("targets", "source_structure", "work_plan", "categories")
        ),
    ]
    of_keeper = ["/people/", "/people/1/", "/organisations/"]
    too_wide = []
    walks = {
        "desk": of_desk,
        "applicant": of_applicant,
        "keeper": of_keeper,
        "reader": ["/security-log/"],
    }
    for username, addresses in walks.items():
        page.context.clear_cookies()
        sign_in(page, username)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for address in addresses:
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == 200, address
                assert page.locator("html").get_attribute("lang") == language.replace("zh-hans", "zh-Hans")
                if page.evaluate(
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                ):
                    too_wide.append((size["width"], address))

    assert too_wide == []
    assert said == []


def test_every_field_has_a_label_and_every_picture_words(page: Page, project: Project):
    walks = [
        ("desk", "/projects/"),
        ("desk", reverse("project", args=[project.number])),
        ("desk", reverse("project-ledger", args=[project.number])),
        ("desk", reverse("entry", args=[project.number])),
        ("desk", "/compliance/"),
        ("applicant", reverse("change-new", args=[project.number, "source_structure"])),
        ("applicant", reverse("change-new", args=[project.number, "work_plan"])),
    ]
    known = ""
    for username, address in walks:
        if username != known:
            page.context.clear_cookies()
            sign_in(page, username)
            known = username
        page.goto(address)
        nameless = page.evaluate(
            """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
            .filter(field => !field.labels.length && !field.getAttribute('aria-label'))
            .map(field => field.outerHTML)"""
        )
        wordless = page.evaluate(
            """[...document.querySelectorAll('svg[role=img]')]
            .filter(picture => !picture.getAttribute('aria-label') && !picture.querySelector('title'))
            .length"""
        )
        assert (nameless, wordless) == ([], 0), address
        assert page.locator("h1").count() == 1


def test_the_first_key_skips_to_the_text(page: Page, project: Project):
    sign_in(page, "desk")
    page.goto("/projects/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_the_menu_opens_and_closes_by_key(page: Page, project: Project):
    sign_in(page, "desk")
    menu = page.locator("details[data-menu]")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="修改密码").wait_for(state="visible")
    page.keyboard.press("Escape")

    assert menu.get_attribute("open") is None


def test_the_list_is_found_while_typing(page: Page, project: Project):
    make_project(cluster=project.cluster, name="另一个项目")
    sign_in(page, "desk")
    page.goto("/projects/")

    page.get_by_label("搜索编号、名称、承担单位").press_sequentially("另一个")
    page.get_by_text("共 1 个项目").wait_for()

    assert "另一个项目" in page.locator("#found").inner_text()
    assert "q=" in page.url


def test_a_payment_is_posted_without_javascript(chromium: Browser, site: LiveServer, project: Project):
    context = chromium.new_context(base_url=site.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill("desk")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto(reverse("project", args=[project.number]))

    page.locator("#log").get_by_role("link", name="到账园区").click()
    page.get_by_label("金额（元）").fill("1234.56")
    page.get_by_label("凭证号").fill("收-1")
    page.get_by_role("button", name="登记到账园区").click()

    assert page.url.endswith(reverse("project", args=[project.number]) + "#ledger")
    assert "已登记第 3 号分录" in page.locator("#notices").inner_text()
    context.close()
