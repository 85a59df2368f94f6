"""Who may do what, where (pure)."""

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
    """The five work grids of the street in one: 大走访, 长效管理, 文明创建, 治安维稳, 环境与安全."""

    VISITS = "visits"
    UPKEEP = "upkeep"
    CIVILITY = "civility"
    PUBLIC_ORDER = "public_order"
    ENVIRONMENT_SAFETY = "environment_safety"
