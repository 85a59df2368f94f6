"""/admin: what can be kept here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template

from gridops.people.rules import Role
from gridops.web.guards import needs

pages = Blueprint("admin", __name__)


@dataclass(frozen=True, slots=True)
class Corner:
    """One place of the admin pages; shown where its address exists."""

    path: str
    label: str
    text: str
    icon: str


CORNERS = (
    Corner("/admin/people", "人员", "账号、角色与有效期、执法证、一次性密码", "users"),
    Corner("/admin/units", "单位", "街道（园区）、部门、科室三级", "sitemap"),
    Corner("/admin/duties", "网格责任", "网格 × 五条工作线的责任人与覆盖率", "grid-dots"),
    Corner("/admin/grids", "网格", "边界、版本与面积", "map-2"),
    Corner("/admin/categories", "案件类别", "类别清单、立案条件与时限", "category"),
    Corner("/admin/calendar", "工作日历", "工作日、调休与办公时间", "calendar"),
    Corner("/admin/campaigns", "专项整治", "联合执法的专项", "flag"),
    Corner("/admin/disputes", "同号异文", "同一编号收到不同内容的记录，由人判断", "files"),
)


@pages.get("/admin")
@needs(Role.ADMIN)
def index() -> str:
    """The corners that exist."""
    known = {rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules()}
    return render_template("admin/index.html", corners=[corner for corner in CORNERS if corner.path in known])
