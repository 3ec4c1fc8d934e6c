"""Settings of the HTTP API: who is asked for, in which shapes it speaks, and how it is described."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

REST_FRAMEWORK: dict[str, Any] = {
    # The token stands first, so that a stranger is answered 401 with the way to authenticate.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.api.authentication.IsReadyToWork"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.formats.ExactJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["backend.api.formats.ExactJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backend.api.formats.OneShape",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.api.errors.answer",
    "UNICODE_JSON": True,
    "COMPACT_JSON": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": _("创新型产业集群试点项目管理系统 API"),
    "DESCRIPTION": _(
        "金额均为以元为单位、带两位小数的字符串；日期为 YYYY-MM-DD；时刻为带时区的 ISO 8601。"
        "文字默认中文，请求头 Accept-Language: en 时为英文。无权查看的内容一律返回 404。"
    ),
    "VERSION": "1",
    "TAGS": [
        {"name": "auth", "description": _("登录")},
        {"name": "me", "description": _("本人")},
        {"name": "projects", "description": _("项目、账务、里程碑、规则判定")},
        {"name": "compliance", "description": _("各项目的规则判定")},
        {"name": "batches", "description": _("批次及其管理参数")},
        {"name": "applications", "description": _("多个项目一并申请验收")},
        {"name": "imports", "description": _("工作簿导入")},
        {"name": "jobs", "description": _("后台任务")},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "ProjectStateEnum": "lifecycle.models.ProjectState",
        "JobStateEnum": "lifecycle.models.JobState",
        "ChangeStateEnum": "lifecycle.models.ChangeState",
        "ChangeKindEnum": "lifecycle.models.ChangeKind",
        "InspectionStateEnum": "lifecycle.models.InspectionState",
        "InspectionKindEnum": "lifecycle.models.InspectionKind",
        "FindingStateEnum": "lifecycle.models.FindingState",
        "VerdictEnum": "lifecycle.models.acceptance.VERDICTS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.api.schema.add_refusals",
    ],
}
