"""In a real browser: pages fit a desk and a phone, keep to their own policy, and work by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from django.utils import timezone

from backend.pages.project_parts import PARTS
from backend.programme_jobs import build_programme_report
from backend.report_jobs import Wish
from lifecycle.jobs import ask, work
from lifecycle.milestones import hand_in
from lifecycle.models import ChangeRequest, Inspection, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person, Role
from tests.builders import day, make_milestone, make_project, make_tranche, moved
from tests.journeys import lives
from tests.journeys.world import World
from tests.papers import evidence_of
from tests.people import PASSWORD, make_person, now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser

DOSSIER = "?category=acceptance&number=application_form"
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
    make_person((Role.ADMINISTRATOR, park), username="keeper")
    make_person((Role.LOG_READER, park), username="reader")
    return project


@pytest.fixture
def at_work(page: Page, own_files: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A project in mid-life, and somebody signed in who may do everything to it, on that day."""
    world = lives.at_work()
    sit_down(page, world, monkeypatch)
    return world


@pytest.fixture
def before_panel(page: Page, own_files: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[World, str]:
    """A project whose acceptance is being judged, and the token of an expert's link."""
    world, token = lives.judged_in_part()
    sit_down(page, world, monkeypatch)
    return world, token


def sit_down(page: Page, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: world.now)
    park = world.project.cluster.park
    city = park.parent
    assert city is not None and city.parent is not None
    make_person(
        (Role.UNIT, world.project.unit),
        (Role.PARK, park),
        (Role.CITY, city),
        (Role.PROVINCE, city.parent),
        username="everybody",
    )
    sign_in(page, "everybody")


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("退出登录").wait_for(state="attached")


@pytest.fixture
def said(page: Page) -> Iterator[list[str]]:
    """What the browser complained of; nothing, in the end."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield said
    assert said == []


def test_pages_fit_their_screen_and_keep_to_their_policy(
    page: Page, site: LiveServer, project: Project, said: list[str], own_files: Path
):
    number, park = project.number, project.cluster.park
    province = park.parent.parent
    of_desk = [
        "/projects/",
        "/projects/?q=没有",
        reverse("project", args=[number]),
        reverse("project", args=[number]) + "?on=2023-01-01",
        reverse("project-ledger", args=[number]),
        reverse("entry", args=[number]),
        reverse("entry-reversal", args=[number, 1]),
        "/compliance/",
        "/imports/",
        "/batches/",
        reverse("batch", args=[project.cluster.batch_id]),
        "/password/",
        "/todo/",
        "/todo/?when=chase",
        "/messages/",
        "/late/",
        "/forecast/",
        "/reminder-kinds/",
        "/hand-over/",
        "/reports/",
        "/reports/batch/",
        *drawn_up(("brief", province.pk, ""), ("due", province.pk, "")),
        *drawn_up(("park", park.pk, str(project.cluster.batch_id))),
        "/verify/",
    ]
    of_keeper = ["/people/", "/people/1/", "/people/1/hand-over/", "/organisations/"]
    faults = []
    for username, addresses in (("desk", of_desk), ("keeper", of_keeper), ("reader", ["/security-log/"])):
        page.context.clear_cookies()
        sign_in(page, username)
        for address in addresses:
            faults += faults_of(page, address)

    assert faults == []


def drawn_up(*wanted: tuple[str, int, str]) -> Iterator[str]:
    """The pages of these reports about many projects, once drawn up for whoever sits at the desk, and before."""
    desk = Person.objects.get(username="desk")
    for kind, organisation, which in wanted:
        today = timezone.localdate().isoformat()
        wish = Wish(kind, "", is_issued=False, on=today, address="", language="zh-hans", which=which)
        run = ask(build_programme_report, now=now(), by=desk, organisation=organisation, **asdict(wish))
        work(run.pk, worker="test", clock=now)
        address = reverse("programme-report", args=[kind, organisation])
        yield f"{address}?which={which}"
        yield f"{address}?job={run.pk}"
        yield reverse("job", args=[run.pk])


def test_pages_of_a_project_at_work_fit_their_screen(
    page: Page, site: LiveServer, at_work: World, said: list[str]
):
    project = at_work.project
    held = Inspection.objects.get(project=project, state="planned")
    faults = []
    for name, arguments in (
        *((part, ()) for part, _label in PARTS),
        ("credit", ()),
        ("targets", ()),
        ("benefits", ()),
        ("self-rating", ()),
        *(("report", (kind,)) for kind in ("acceptance", "settlement", "disbursements", "spending")),
        ("move", ("apply_for_acceptance",)),
        ("move", ("suspend",)),
        ("move", ("terminate",)),
        ("contract-version", (1,)),
        ("annual-report", (2022,)),
        ("annual-report", (2023,)),
        ("inspection-hold", (held.pk,)),
        ("change", (ChangeRequest.objects.get(project=project).pk,)),
        *(
            ("change-new", (kind,))
            for kind in ("unit", "term", "targets", "total", "source_structure", "work_plan", "categories")
        ),
    ):
        faults += faults_of(page, reverse(name, args=[project.number, *arguments]))
    faults += faults_of(page, reverse("documents", args=[project.number]) + DOSSIER)
    drafting = make_project(cluster=project.cluster, state="approved", contract_signed_on=None)
    for name in ("project", "moves", "contract", "contract-draft", "tranches"):
        faults += faults_of(page, reverse(name, args=[drafting.number]))

    assert faults == []


def test_pages_of_a_project_before_its_panel_fit_their_screen(
    page: Page, site: LiveServer, before_panel: tuple[World, str], said: list[str]
):
    world, token = before_panel
    faults = []
    for name in (
        "project",
        "moves",
        "tranches",
        "settlement",
        "acceptance",
        "refunds",
        "documents",
        "history",
    ):
        faults += faults_of(page, reverse(name, args=[world.project.number]))
    for move in ("close", "return_for_rectification"):
        faults += faults_of(page, reverse("move", args=[world.project.number, move]))
    page.context.clear_cookies()
    faults += faults_of(page, reverse("expert", args=[token]))

    assert faults == []


def faults_of(page: Page, address: str) -> list[tuple[str, object]]:
    """What is wrong with a page in either language, everything on it unfolded: it scrolls sideways at a desk or on a
    phone, or has a field without a label, a picture without words, not one heading, or another language than asked for.
    """
    return [fault for language in ("zh-hans", "en") for fault in faults_in(page, address, language)]


def faults_in(page: Page, address: str, language: str) -> list[tuple[str, object]]:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": urljoin(page.url, "/")}])
    answer = page.goto(address)
    assert answer is not None
    faults: list[tuple[str, object]] = [] if answer.status == 200 else [(address, answer.status)]
    if page.locator("#gates[hx-get]").count():
        page.locator("#gates .gate, #gates .empty").first.wait_for()
    found = page.evaluate(
        """() => {
            document.querySelectorAll("details").forEach(part => { part.open = true })
            const fields = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
            const pictures = [...document.querySelectorAll("svg[role=img]")]
            return {
                lang: document.documentElement.lang,
                headings: document.querySelectorAll("h1").length,
                nameless: fields.filter(field => !field.labels.length && !field.getAttribute("aria-label"))
                    .map(field => field.outerHTML),
                wordless: pictures.filter(picture => !picture.getAttribute("aria-label")
                    && !picture.querySelector("title")).length,
            }
        }"""
    )
    right = {"lang": language.replace("zh-hans", "zh-Hans"), "headings": 1, "nameless": [], "wordless": 0}
    faults += [(address, {name: found[name]}) for name in right if found[name] != right[name]]
    # First at the size that the page has from the one before: to change it is most of the work.
    for size in sorted(SIZES, key=lambda size: size != page.viewport_size):
        if size != page.viewport_size:
            page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append((address, f"{wide} too wide at {size['width']}"))
    return faults


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


def test_a_milestone_is_verified_in_the_list(page: Page, own_files: Path, project: Project, said: list[str]):
    milestone = make_milestone(project, "2025-06-30")
    evidence_of(milestone)
    unit = Actor(make_person((Role.UNIT, project.unit)), role="unit")
    hand_in(
        milestone=milestone,
        completed_on=day("2025-06-20"),
        statement="样机通过测试",
        actor=unit,
        today=timezone.localdate(),
    )
    sign_in(page, "desk")
    page.goto("/todo/?kind=milestone_check")
    row = page.locator(".todo > li", has_text=milestone.name)

    row.get_by_text("就地办理").click()
    row.get_by_text("样机通过测试").first.wait_for()
    row.get_by_role("button", name="核实完成").click()
    page.get_by_text("已核实").first.wait_for()

    assert row.count() == 0
    assert page.locator(".todo-counts .count-soon b").inner_text() == "0"
    assert page.url.endswith("/todo/?kind=milestone_check")
    milestone.refresh_from_db()
    assert milestone.state == "verified"


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
