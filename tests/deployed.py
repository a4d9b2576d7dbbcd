"""A server's process as a deployment runs it: over https, and not told how to become the owner."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connections

GIVEN = ("DATABASE_URL", "DATABASE_GATE_URL")
NOT_GIVEN = {"DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "QUIETLEDGER_INSECURE_HTTP"}
NAME = re.compile(r"/[^/?]*(?=\?|$)")


def told(script: str, words: str = "", **env: str) -> str:
    """Run a script there, against the database of this moment, and return what it prints."""
    database = str(connections["default"].settings_dict["NAME"])
    kept = {name: value for name, value in os.environ.items() if name not in NOT_GIVEN}
    kept |= {name: NAME.sub(f"/{database}", kept[name], count=1) for name in GIVEN}
    kept |= {"ALLOWED_HOSTS": "testserver", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{script}"],
        cwd=Path(settings.BASE_DIR),
        env=kept | env,
        input=words,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
