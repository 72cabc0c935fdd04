"""The launcher around the servers: packages, ports, processes and what it leaves behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backend.servers import cli, console, indexes, packages, programs, tether
from backend.servers.console import TroubleError
from backend.servers.installation import Installation
from backend.servers.packages import Stamp
from backend.servers.processes import free_port, launch, tethered
from backend.servers.sharing import ROOT
from tests.backend.launching import is_running, kill_hard, until

LOCK_FILES = sorted(ROOT.glob("requirements*.txt"))


def test_launcher_needs_nothing_but_the_standard_library() -> None:
    command = [sys.executable, "-S", "-c", "import iop, backend.servers.keeper"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: str(path.name))
def test_lock_files_pin_by_hash_and_name_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?m)://| @ |^--", text)
    pins = [part for part in re.split(r"\n(?=[a-z0-9])", text) if "==" in part]
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)


def test_every_lock_file_is_there() -> None:
    names = {path.name for path in LOCK_FILES}
    assert names == {*packages.SETS.values(), "requirements-uv.txt"}


def test_larger_set_serves_for_a_smaller_one_and_a_changed_one_for_none() -> None:
    current = Stamp.of("dev")
    assert [current.serves(name) for name in packages.SETS] == [True, True, True]
    assert [Stamp.of("demo").serves(name) for name in packages.SETS] == [True, True, False]
    assert not Stamp("dev", "older").serves("base")


def test_stamp_is_read_back_and_a_broken_one_is_none(tmp_path: Path) -> None:
    Stamp.of("demo").write(tmp_path)
    assert Stamp.read(tmp_path) == Stamp.of("demo")
    (tmp_path / packages.STAMP).write_text("{", encoding="utf-8")
    assert Stamp.read(tmp_path) is None


def test_what_pip_was_told_is_passed_on_to_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = "global.index-url='https://a.example/simple'\n:env:.index-url='https://b.example/simple'\n"
    listing += "global.extra-index-url='https://c.example/s\\nhttps://d.example/s'\n"
    fake = tmp_path / "pip"
    fake.write_text(f"#!/bin/sh\ncat <<'END'\n{listing}END\n", encoding="utf-8")
    fake.chmod(0o755)
    for variable in indexes.SETTINGS.values():
        monkeypatch.delenv(variable, raising=False)
    environment = indexes.uv_environment([str(fake)])
    assert environment["UV_DEFAULT_INDEX"] == "https://b.example/simple"
    assert environment["UV_INDEX"] == "https://c.example/s https://d.example/s"
    assert environment["UV_PYTHON_DOWNLOADS"] == "never"


def test_taken_usual_port_moves_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "DEFAULT_PORT", free_port())
    first, silence = programs.listen(None)
    second, note = programs.listen(None)
    with first, second:
        assert silence == ""
        assert note.startswith(f"port {programs.DEFAULT_PORT} is taken")
        assert str(second.getsockname()[1]) in note


def test_taken_port_that_was_asked_for_is_refused() -> None:
    port = free_port()
    listener, _ = programs.listen(port)
    with listener, pytest.raises(TroubleError, match=f"port {port} is taken"):
        programs.listen(port)


def test_tethered_program_ends_with_its_killed_parent() -> None:
    script = """
import signal, subprocess, time
from backend.servers.processes import tethered
print(subprocess.Popen(tethered(["sleep", "60"], stop=signal.SIGTERM)).pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        kill_hard(parent.pid)
    assert until(lambda: not is_running(child))


def test_program_that_does_not_exist_says_so_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    process = launch(tethered(["no-such-program"], stop=signal.SIGTERM), log=log)
    assert process.wait() == 126
    assert "No such file" in log.read_text(encoding="utf-8")


def test_log_of_the_run_before_stays_beside_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for word in ("first", "second"):
        launch(["/bin/echo", word], log=log).wait()
    kept = [path.read_text(encoding="utf-8") for path in (log, tmp_path / "a.log.1")]
    assert kept == ["second\n", "first\n"]


def test_user_given_servers_replace_the_embedded_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://mine/db")
    monkeypatch.setenv("REDIS_URL", "redis://mine/1")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    installation = Installation(tmp_path, Path(sys.executable))
    installation.join_all()
    environment = installation.owner_environment()
    assert installation.servers == {}
    assert (environment["DATABASE_URL"], environment["REDIS_URL"]) == ("postgres://mine/db", "redis://mine/1")


def test_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment["IOP_DATA"] = str(tmp_path / "file" / "data")
    command = [sys.executable, "iop.py", "manage", "check"]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("iop: ")
    assert "IOP_DATA" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_unknown_command_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["dance"])
    told = capsys.readouterr().err
    assert all(name in told for name in ("up", "test", "manage", "bench"))


def run_iop(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The launcher as a shell starts it, with nothing but a data folder."""
    replaced = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in replaced}
    command = [sys.executable, "iop.py", *arguments]
    environment["IOP_DATA"] = str(data)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_up_says_at_once_that_the_port_asked_for_is_taken(tmp_path: Path) -> None:
    listener, _ = programs.listen(free_port())
    with listener:
        answer = run_iop(tmp_path, "up", "--no-demo", "--port", str(listener.getsockname()[1]))
    assert answer.returncode == 1
    assert "is taken by another program" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_tests_get_servers_of_their_own_and_leave_the_data_folder_alone(tmp_path: Path) -> None:
    if not os.access(ROOT, os.W_OK):
        pytest.skip("the packages of a checkout that cannot be written lie in the data folder")
    answer = run_iop(tmp_path, "test", "--version")
    assert answer.returncode == 0
    assert answer.stderr.count("for these tests alone") == 2
    assert list(tmp_path.iterdir()) == []


def test_tether_that_comes_too_late_starts_nothing() -> None:
    assert tether.main(["0", "-1", "-", "/bin/true"]) == 1


def test_tether_tells_a_shell_like_status_for_a_missing_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert tether.main(["0", str(os.getppid()), "-", "no-such-program"]) == 126
    assert "no-such-program: No such file" in capsys.readouterr().err


def test_steps_are_numbered_timed_and_noted(capsys: pytest.CaptureFixture[str]) -> None:
    with console.Steps(2).step("Tables") as step:
        step.title = "Tables brought up to date"
        step.note = "one thing to know"
    lines = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\[1/2\] Tables brought up to date … \d+\.\d s", lines[0])
    assert lines[1].strip() == "one thing to know"
