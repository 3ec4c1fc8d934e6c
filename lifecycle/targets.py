"""Results of the targets: what was achieved, what shows it, and the papers on file that prove it.

Written where acceptance is prepared; what a workbook brought stays until somebody writes over it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.errors import ChangedMeanwhile, StageForbids
from lifecycle.faults import Faults
from lifecycle.models import Document, Project, Target
from lifecycle.models.project import BEFORE_CLOSEOUT
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step

ACHIEVED_LENGTH = 200
EVIDENCE_LENGTH = 2000
MOST_PAPERS = 20
"""Papers that one target may name."""

SAID = ("achieved_value", "evidence", "papers")


def record_results(
    *,
    project: Project,
    results: Sequence[Mapping[str, Any]],
    seen: datetime | None = None,
    actor: Actor,
    today: date,
) -> list[Target]:
    """Write what was achieved of targets; the targets of the project, in the order of the contract.

    results: {"id", "achieved_value", "evidence", "papers": [id of a document]}; of a target what is left out
    stays, and so do targets that are left out. Each target that changes has a step of its own; saying again
    what is written changes nothing. seen: the latest `recorded_at` of what was read before writing, where known.

    Raises:
        Invalid: details by place, "results.0.evidence": no such target, or one that is named twice, a text too
            long or with control signs, too many papers or one that is not on file in the project.
        StageForbids: the project is closed, terminated or revoked.
        ChangedMeanwhile: somebody saved one of these targets after `seen`.
    """
    with transaction.atomic():
        kept = Project.objects.held(project.pk)
        require_stage(kept)
        targets = {each.pk: each for each in kept.targets.order_by("category", "pk")}
        faults = Faults()
        written = _read(results, targets, _on_file(kept, results), faults)
        faults.refuse()
        if seen is not None and any(targets[pk].recorded_at > seen for pk in written):
            raise ChangedMeanwhile(_("考核指标已被他人修改，请刷新页面后重新填写。"))
        for pk, said in written.items():
            _write(targets[pk], said, kept, actor=actor, today=today)
    return list(targets.values())


def require_stage(project: Project, stages: Collection[str] = BEFORE_CLOSEOUT) -> None:
    """Raises StageForbids outside of `stages`; once a project has ended its results stand as they are."""
    if project.state not in stages:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不能填报成果与自评。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )


def _on_file(project: Project, results: Sequence[Mapping[str, Any]]) -> set[int]:
    """Of the papers that are named those that are the project's own."""
    named = {paper for result in results for paper in result.get("papers") or ()}
    return set(Document.objects.filter(project=project, pk__in=named).values_list("pk", flat=True))


def _read(
    results: Sequence[Mapping[str, Any]],
    targets: Mapping[int, Target],
    on_file: Collection[int],
    faults: Faults,
) -> dict[int, dict[str, Any]]:
    """What is said of each target, by its id; what is wrong with it goes to `faults`."""
    written: dict[int, dict[str, Any]] = {}
    for place, result in enumerate(results):
        pk, at = result.get("id"), f"results.{place}"
        if not isinstance(pk, int) or pk not in targets:
            faults.say(f"{at}.id", _("本项目没有这项考核指标。"))
            continue
        if pk in written:
            faults.say(f"{at}.id", _("考核指标“%(name)s”重复。") % {"name": targets[pk].name})
        said: dict[str, Any] = {}
        for name, limit in (("achieved_value", ACHIEVED_LENGTH), ("evidence", EVIDENCE_LENGTH)):
            if name in result:
                text = str(result[name]).replace("\r\n", "\n")
                said[name] = faults.text(f"{at}.{name}", text, limit=limit, is_required=False)
        if "papers" in result:
            said["papers"] = list(dict.fromkeys(result["papers"]))
            if len(said["papers"]) > MOST_PAPERS:
                faults.say(f"{at}.papers", _("最多 %(limit)d 份文件。") % {"limit": MOST_PAPERS})
            if not set(said["papers"]) <= set(on_file):
                faults.say(f"{at}.papers", _("请选择本项目已上传的文件。"))
        written[pk] = said
    return written


def _write(target: Target, said: Mapping[str, Any], project: Project, *, actor: Actor, today: date) -> None:
    changed = [name for name in said if getattr(target, name) != said[name]]
    if not changed:
        return
    for name in changed:
        setattr(target, name, said[name])
    target.save(update_fields=changed)
    take_step(
        target,
        "record_result",
        number=project.number,
        actor=actor,
        on=today,
        name=target.name,
        **{name: getattr(target, name) for name in changed},
    )
