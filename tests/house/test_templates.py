"""What holds for every template."""

from tests.house.source import HOUSE

HIDDEN = 'name="version"'


def test_one_macro_says_which_version_a_form_was_shown_at() -> None:
    found = [path.name for path in sorted((HOUSE / "web/templates").rglob("*.html")) if HIDDEN in path.read_text()]
    assert found == ["macros.html"], (
        "use ui.version: a form refused for a wrong field keeps the version it was shown at"
    )
