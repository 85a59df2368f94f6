"""/admin: what can be kept here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from gridops.people.rules import Role
from gridops.web.admin.common import keeps_all
from gridops.web.guards import needs

pages = Blueprint("admin", __name__)


@dataclass(frozen=True, slots=True)
class Corner:
    """One place of the admin pages; `for_all`: only for who keeps the whole jurisdiction."""

    path: str
    label: str
    text: str
    icon: str
    for_all: bool = False


CORNERS = (
    Corner("/admin/people", "人员", "账号、角色与有效期、执法证、一次性密码", "users"),
    Corner("/admin/units", "单位", "街道（园区）、部门、科室三级", "sitemap"),
    Corner("/admin/duties", "网格责任", "网格 × 五条工作线的责任人与覆盖率", "grid-dots"),
    Corner("/admin/dispatch-rules", "派遣规则", "按类别、网格、来源、时段、在办件数建议处置单位，可先试算", "route"),
    Corner("/admin/closing", "结案权限", "由谁结案，上报人结案的复核比例", "circle-check", for_all=True),
    Corner("/admin/hotline", "12345 时限", "联系、答复来电人的时限", "phone", for_all=True),
    Corner("/admin/assessment-rules", "考核扣分规则", "市、区考核下发问题怎样扣分", "target", for_all=True),
    Corner("/admin/categories", "案件类别", "类别清单、立案条件与时限", "category"),
    Corner("/admin/areas", "区域类别", "网格的A、B、C类，立案条件可据此规定更短时限", "map-2"),
    Corner("/admin/steps", "环节时限", "受理、立案、派遣、接收、处置、核查、结案各环节的时限", "hourglass"),
    Corner("/admin/checklists", "检查表", "按场所种类的检查项，各版本的生效日期", "checklist"),
    Corner("/admin/bases", "处罚依据", "法律条款、罚款上限、街道清单", "gavel"),
    Corner("/admin/calendar", "工作日历", "工作日、调休与办公时间", "calendar"),
    Corner(
        "/admin/running/moved",
        "时限重算记录",
        "日历或设置变化后，哪些在办案件和 12345 工单的时限变了",
        "refresh",
        for_all=True,
    ),
    Corner("/admin/notices", "消息推送", "派遣、退件、将到期时发到工作群（企业微信）", "bell", for_all=True),
    Corner("/admin/audit", "审计", "谁在何时做了什么，封存链是否完好", "shield-check", for_all=True),
)


@pages.get("/admin")
@needs(Role.ADMIN)
def index() -> str:
    """What can be kept."""
    corners = [corner for corner in CORNERS if not corner.for_all or keeps_all()]
    return render_template("admin/index.html", corners=corners)
