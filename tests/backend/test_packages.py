"""The virtual environment and its pins, with programs that only pretend to install."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from backend.servers import cli, packages
from backend.servers.console import TroubleError
from backend.servers.packages import Stamp, choose_home, ensure, make_environment, pip_for, runs
from backend.servers.sharing import ROOT

# Writes down what it was asked; says it is pip; fails to install when FAILING is set.
PRETENDER = """#!/bin/sh
echo "$(basename "$0") $*" >> "$PRETENDED"
case "$*" in *install*) [ -z "$FAILING" ] || exit 1;; esac
"""


def pretend(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PRETENDER, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose environment exists, on a machine with uv."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in [*packages.SETS.values(), "requirements-uv.txt"]:
        shutil.copy(ROOT / name, root)
    monkeypatch.setattr("backend.servers.packages.ROOT", root)
    pretend(root / ".venv" / "bin" / "python")
    pretend(tmp_path / "machine" / "uv")
    monkeypatch.setenv("PATH", f"{tmp_path / 'machine'}:/usr/bin:/bin")
    monkeypatch.setenv("PRETENDED", str(tmp_path / "pretended"))
    monkeypatch.setenv("FAILING", "")
    return root


def installations(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "pretended").read_text(encoding="utf-8").splitlines()
    return [f"{line.split()[0]} {Path(line.split()[-1]).name}" for line in lines if "install" in line]


def test_pins_are_installed_once(checkout: Path, tmp_path: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    assert ensure(tmp_path / "data", "demo") == (python, "installed by uv")
    assert ensure(tmp_path / "data", "demo") == (python, "as they were")
    assert ensure(tmp_path / "data", "base") == (python, "as they were")
    assert installations(tmp_path) == ["uv requirements-demo.txt"]


def test_changed_pins_refresh_the_largest_set_that_was_there(checkout: Path, tmp_path: Path) -> None:
    ensure(tmp_path / "data", "dev")
    (checkout / "requirements-dev.txt").write_text("# changed\n", encoding="utf-8")
    ensure(tmp_path / "data", "demo")
    assert installations(tmp_path) == ["uv requirements-dev.txt"] * 2


def test_pip_takes_over_where_there_is_no_uv(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "machine" / "uv").unlink()
    assert ensure(tmp_path / "data", "demo")[1] == "installed by pip"
    assert installations(tmp_path) == ["python requirements-uv.txt", "python requirements-demo.txt"]


def test_failed_installation_says_what_to_do_and_is_tried_again(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILING", "1")
    with pytest.raises(TroubleError, match="set DATABASE_URL and REDIS_URL"):
        ensure(tmp_path / "data", "demo")
    assert installations(tmp_path) == ["uv requirements-demo.txt", "python requirements-demo.txt"]
    assert Stamp.read(checkout / ".venv") is None


def test_broken_environment_is_made_anew(checkout: Path, tmp_path: Path) -> None:
    home = checkout / ".venv"
    (home / "bin" / "python").unlink()
    (home / "bin" / "python").symlink_to("/nowhere/python3")
    assert not runs(home)
    ensure(tmp_path / "data", "demo")
    assert runs(home)


def test_environment_without_pip_borrows_that_of_this_python(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_environment(home)
    assert runs(home)
    assert pip_for(home) in (
        [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python")],
        [str(home / "bin" / "python"), "-m", "pip"],
    )


def test_environment_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TroubleError, match="cannot make the virtual environment"):
        make_environment(tmp_path / "file" / "home")


def test_checkout_of_another_user_gets_its_environment_in_the_data_folder(checkout: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    shutil.rmtree(checkout / ".venv")
    checkout.chmod(0o555)
    assert choose_home(tmp_path / "data", "demo") == tmp_path / "data" / "venv"
    tmp_path.chmod(0o555)
    with pytest.raises(TroubleError, match="set IOP_DATA"):
        choose_home(tmp_path / "data", "demo")
    tmp_path.chmod(0o755)
    checkout.chmod(0o755)


def test_setup_names_the_python_of_the_environment(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["setup", "base"]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(checkout / ".venv" / "bin" / "python")
    assert "installed by uv" in printed.err


def test_trouble_is_told_in_a_sentence_and_ends_with_status_1(
    checkout: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkout.is_dir()
    monkeypatch.setenv("FAILING", "1")
    assert cli.main(["setup"]) == 1
    assert "iop: the packages of requirements-dev.txt could not be installed" in capfd.readouterr().err
