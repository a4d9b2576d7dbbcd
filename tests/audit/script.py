"""The verifier as an auditor runs it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from audit import verifier


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run the verifier as an auditor does: alone, without anything of ours to import."""
    return subprocess.run(
        [sys.executable, "-I", str(Path(verifier.__file__)), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
