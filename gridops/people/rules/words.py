"""The roles, kinds of unit and lines of work, with their Chinese names."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Roles of the contract; held for a unit and a part of the territory."""

    INSPECTOR = "inspector"
    OFFICER = "officer"
    INTAKE_CLERK = "intake_clerk"
    SHIFT_LEADER = "shift_leader"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    EDITOR = "editor"
    APPROVER = "approver"
    SUPERVISION_OFFICER = "supervision_officer"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"


class UnitKind(StrEnum):
    """What a unit is: part of the street, a community's office, or an agency of the joint force."""

    STREET = "street"
    DEPARTMENT = "department"
    SECTION = "section"
    COMMUNITY = "community"
    URBAN_MANAGEMENT = "urban_management"
    POLICE_STATION = "police_station"
    TRAFFIC_POLICE = "traffic_police"
    TRANSPORT_ADMINISTRATION = "transport_administration"
    OTHER_AGENCY = "other_agency"


class WorkLine(StrEnum):
    """The five work grids of the street in one."""

    VISITS = "visits"
    UPKEEP = "upkeep"
    CIVILITY = "civility"
    PUBLIC_ORDER = "public_order"
    ENVIRONMENT_SAFETY = "environment_safety"


ROLE_NAMES: dict[Role, str] = {
    Role.INSPECTOR: "网格监督员",
    Role.OFFICER: "执法队员",
    Role.INTAKE_CLERK: "受理员",
    Role.SHIFT_LEADER: "值班长",
    Role.DISPATCHER: "派遣员",
    Role.HANDLER: "处置人员",
    Role.EDITOR: "通报编辑",
    Role.APPROVER: "签发人",
    Role.SUPERVISION_OFFICER: "督查人员",
    Role.LEADER: "领导",
    Role.ADMIN: "系统管理员",
    Role.AUDITOR: "审计员",
}

UNIT_KIND_NAMES: dict[UnitKind, str] = {
    UnitKind.STREET: "街道（园区）",
    UnitKind.DEPARTMENT: "部门",
    UnitKind.SECTION: "科室",
    UnitKind.COMMUNITY: "社区",
    UnitKind.URBAN_MANAGEMENT: "城管",
    UnitKind.POLICE_STATION: "派出所",
    UnitKind.TRAFFIC_POLICE: "交警",
    UnitKind.TRANSPORT_ADMINISTRATION: "运管",
    UnitKind.OTHER_AGENCY: "其他单位",
}

WORK_LINE_NAMES: dict[WorkLine, str] = {
    WorkLine.VISITS: "大走访",
    WorkLine.UPKEEP: "长效管理",
    WorkLine.CIVILITY: "文明创建",
    WorkLine.PUBLIC_ORDER: "治安维稳",
    WorkLine.ENVIRONMENT_SAFETY: "环境与安全",
}
