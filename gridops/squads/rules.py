"""Agencies, and how somebody checked in."""

from __future__ import annotations

from enum import StrEnum


class Agency(StrEnum):
    """The bodies of a joint force (城警联动) and others that come along."""

    URBAN_MANAGEMENT = "urban_management"
    POLICE_STATION = "police_station"
    TRAFFIC_POLICE = "traffic_police"
    TRANSPORT_ADMINISTRATION = "transport_administration"
    ENVIRONMENT = "environment"
    WORK_SAFETY = "work_safety"
    FIRE = "fire"
    MARKET = "market"
    STREET = "street"
    OTHER = "other"


AGENCY_NAMES: dict[Agency, str] = {
    Agency.URBAN_MANAGEMENT: "城管",
    Agency.POLICE_STATION: "派出所",
    Agency.TRAFFIC_POLICE: "交警",
    Agency.TRANSPORT_ADMINISTRATION: "运管",
    Agency.ENVIRONMENT: "环保",
    Agency.WORK_SAFETY: "安监",
    Agency.FIRE: "消防",
    Agency.MARKET: "市场监管",
    Agency.STREET: "街道",
    Agency.OTHER: "其他",
}


class CheckedInBy(StrEnum):
    """How a member checked in: the leader's QR code, name and certificate, a file, or by the desk afterwards."""

    LEADER_QR = "leader_qr"
    CERTIFICATE = "certificate"
    IMPORT = "import"
    DESK = "desk"
