import pytest
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.operations import queries, service
from tests.factories import make_grid


def test_a_campaign_is_made_once_and_found_again(session: Session) -> None:
    root = make_grid(session)
    first = service.ensure_campaign(session, root.id, " ZX-2017 ", "春季专项整治")
    assert service.ensure_campaign(session, root.id, "ZX-2017").id == first.id
    assert [(c.code, c.name) for c in queries.campaigns(session, root.id)] == [("ZX-2017", "春季专项整治")]
    assert queries.names(session, [first.id]) == {first.id: ("ZX-2017", "春季专项整治")}


def test_a_campaign_is_called_by_its_code_until_it_is_named(session: Session) -> None:
    root = make_grid(session)
    assert service.ensure_campaign(session, root.id, "ZX").name == "ZX"
    assert service.ensure_campaign(session, root.id, "ZX", "夜市整治").name == "夜市整治"


def test_two_jurisdictions_may_use_one_code(session: Session) -> None:
    one, other = make_grid(session), make_grid(session, west=120.5)
    assert service.ensure_campaign(session, one.id, "ZX").id != service.ensure_campaign(session, other.id, "ZX").id


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("", "x", "campaign_code"), ("x" * 61, "x", "campaign_code"), ("x", "y" * 121, "campaign_name")],
)
def test_empty_and_endless_names_are_refused(session: Session, code: str, name: str, field: str) -> None:
    root = make_grid(session)
    with pytest.raises(Invalid) as refused:
        service.ensure_campaign(session, root.id, code, name)
    assert [error.field for error in refused.value.errors] == [field]
