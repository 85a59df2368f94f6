from datetime import timedelta

import pytest
from flask import Flask

from gridops.core import clock
from gridops.web import language, words
from tests.factories import at

NOW = at("2017-03-05 21:00")


@pytest.fixture(autouse=True)
def in_a_page():
    app = Flask(__name__)
    app.secret_key = "x"
    language.set_up(app)
    with app.test_request_context(), clock.set_to(NOW):
        yield


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2017-03-05 21:40", "今天 21:40"),
        ("2017-03-05 00:00", "今天 00:00"),
        ("2017-03-04 23:59", "昨天 23:59"),
        ("2017-03-06 00:00", "明天 00:00"),
        ("2017-01-31 09:05", "1月31日 09:05"),
        ("2016-12-31 09:05", "2016年12月31日 09:05"),
    ],
)
def test_times_are_said_as_people_say_them(instant, said):
    assert words.when(at(instant)) == said


@pytest.mark.parametrize(
    ("minutes", "said", "late", "soon"),
    [
        (190, "还剩 3 小时 10 分", False, True),
        (240, "还剩 4 小时", False, True),
        (241, "还剩 4 小时 1 分", False, False),
        (5, "还剩 5 分", False, True),
        (0, "还剩 不到 1 分", False, True),
        (-2 * 1440, "超期 2 天", True, False),
        (-1500, "超期 1 天 1 小时", True, False),
    ],
)
def test_what_is_left_of_a_deadline(minutes, said, late, soon):
    found = words.left(NOW + timedelta(minutes=minutes))
    assert (found.text, found.late, found.soon) == (said, late, soon)


def test_the_whole_time_is_local():
    assert words.full_time(at("2017-03-05 21:40:07")) == "2017-03-05 21:40:07"
