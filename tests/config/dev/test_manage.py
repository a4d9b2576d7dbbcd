"""What manage.py says, in one sentence and without a traceback, where it cannot go on."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from config.dev.state import BASE_DIR

LISTS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
NOWHERE = "quietledger-nowhere==1.0 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """An empty folder with the launcher and its lists, and nothing installed."""
    for name in ("manage.py", *LISTS):
        shutil.copy(BASE_DIR / name, tmp_path)
    return tmp_path


@pytest.fixture
def launcher(clone: Path) -> ModuleType:
    """The clone's manage.py as a module."""
    spec = importlib.util.spec_from_file_location("launcher_of_a_clone", clone / "manage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(clone: Path, before: str = "pass") -> subprocess.CompletedProcess[str]:
    """Run the clone's manage.py on a Python that carries nothing, after some preparation."""
    script = f"import runpy, sys; {before}; sys.argv = ['manage.py', 'demo']; "
    script += f"runpy.run_path({str(clone / 'manage.py')!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(clone)},
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    said = done.stderr.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("manage.py: ")
    return said[0]


def test_an_old_python_is_refused(clone: Path) -> None:
    done = start(clone, "sys.version_info = (3, 9, 7)")

    assert "Python 3.11 or later is needed, and this is 3.9.7" in refusal(done)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(clone: Path, module: str) -> None:
    done = start(clone, f"sys.modules[{module!r}] = None")

    assert "python3-venv" in refusal(done)


def test_a_folder_that_cannot_be_written_is_named(clone: Path) -> None:
    (clone / ".quietledger").write_text("a file where a folder should be")

    assert f"The folder {clone} cannot be written" in refusal(start(clone))


def test_a_machine_without_network_is_told_so(
    clone: Path, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / "requirements.txt").write_text(NOWHERE)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    with pytest.raises(launcher.Refused, match="the package index cannot be reached"):
        launcher.install(Path(sys.executable), ["requirements.txt"])


def test_an_environment_is_installed_once_for_the_same_lists(launcher: ModuleType) -> None:
    wanted = {name: launcher.digest(launcher.BASE_DIR / name) for name in LISTS}
    launcher.PYTHON.parent.mkdir(parents=True)
    launcher.PYTHON.touch(mode=0o700)
    assert not launcher.up_to_date(wanted)

    launcher.MARKER.write_text(launcher.json.dumps(wanted))

    assert launcher.up_to_date(wanted)
    assert not launcher.up_to_date(wanted | {"requirements.txt": "another digest"})


def test_a_python_that_carries_other_versions_is_not_used(launcher: ModuleType) -> None:
    assert launcher.carries(["requirements.txt"])

    (launcher.BASE_DIR / "requirements.txt").write_text("django==1.0 \\\n")

    assert not launcher.carries(["requirements.txt"])
