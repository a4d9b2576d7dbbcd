"""The shipped deployment, read as data: what it gives is what the settings read."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.conf import settings

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OUR_SERVICES = ["migrate", "web", "worker", "beat"]
READERS = re.compile(r"\b(?:env|env_bool|env_int|env_list|env_secret|database)\(\s*\"([A-Z_]+)\"")
OF_THE_DEMO = {"QUIETLEDGER_DEMO", "QUIETLEDGER_INSECURE_HTTP"}
"""Settings that a deployment leaves at their defaults."""

SUPERUSER = "QUIETLEDGER_DEV_SUPERUSER_URL"
ROLES = ["owner", "app", "gate", "backup", "doors"]
LIKE = """
SELECT replace(r.rolname, p, ''), rolsuper, rolbypassrls, rolcreaterole, rolreplication,
       rolcanlogin, rolinherit, rolconfig,
       (SELECT array_agg(replace(m.roleid::regrole::text, p, '')) FROM pg_auth_members AS m
        WHERE m.member = r.oid)
FROM pg_roles AS r, (SELECT %s::text AS p) AS prefix
WHERE r.rolname = ANY (SELECT p || unnest('{owner,app,gate,backup,doors}'::text[]))
ORDER BY 1
"""
"""All that a role is and may, but that the tests' owner may also create their databases."""

needs_superuser = pytest.mark.skipif(
    SUPERUSER not in os.environ, reason="the server was given, and its superuser was not"
)


def settings_read() -> set[str]:
    text = (ROOT / "config/settings.py").read_text(encoding="utf-8")
    return set(READERS.findall(text)) | {"DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"}


def given_to(service: str) -> dict[str, str]:
    return {
        name.removesuffix("_FILE"): value
        for name, value in SERVICES[service]["environment"].items()
    }


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_every_variable_of_a_service_is_read_by_the_settings(service: str) -> None:
    assert set(given_to(service)) <= settings_read()


def test_the_settings_read_nothing_that_the_deployment_does_not_say() -> None:
    assert settings_read() - set(given_to("migrate")) == OF_THE_DEMO


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_what_serves_pages_is_not_told_how_to_become_the_owner(service: str) -> None:
    assert "DATABASE_OWNER_URL" not in given_to(service)
    assert not any(
        "owner" in secret or "backup" in secret for secret in SERVICES[service]["secrets"]
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_locked_down(service: str) -> None:
    declared = SERVICES[service]

    assert declared["read_only"] is True
    assert declared["cap_drop"] == ["ALL"]
    assert declared["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", [name for name in SERVICES if name not in {"migrate"}])
def test_a_lasting_service_says_whether_it_is_well(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_ours_run_as_nobody_in_particular(service: str) -> None:
    assert SERVICES[service]["user"] == "10001:10001"


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_as_files_that_are_declared(service: str) -> None:
    declared = SERVICES[service]
    for secret in declared.get("secrets", []):
        assert secret in COMPOSE["secrets"]
    for name, value in declared.get("environment", {}).items():
        if name.endswith("_FILE") or name == "QUIETLEDGER_KEYS":
            assert value.removeprefix("/run/secrets/") in declared["secrets"]
        assert not re.search(r"://[^/]*:[^/]*@", value), f"{name} holds a password"


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, declared in SERVICES.items() if "ports" in declared] == ["proxy"]
    assert SERVICES["db"]["networks"] == SERVICES["valkey"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_image_holds_every_app_and_no_development_list() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    for name in ("accounts", "audit", "billing", "clients", "config", "ledger", "templates"):
        assert f"COPY {name} " in text
    assert "requirements-dev" not in text
    assert "USER 10001:10001" in text


def test_the_role_script_is_a_shell_script_that_parses() -> None:
    script = ROOT / "config/deploy/roles.sh"

    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_the_proxy_speaks_only_modern_tls() -> None:
    text = (ROOT / "config/deploy/nginx.conf").read_text(encoding="utf-8")

    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.2 TLSv1.3"]


@needs_superuser
def test_the_role_script_makes_the_roles_that_the_tests_run_as() -> None:
    """The tests' own server is made by ``config.dev.postgres``; what is tried there must hold."""
    text = (ROOT / "config/deploy/roles.sh").read_text(encoding="utf-8")
    statements = re.sub(r":'\w+'", "'none'", text.split("<<'SQL'\n")[1].split("CREATE DATABASE")[0])
    names = "|".join(ROLES)

    with psycopg.connect(os.environ[SUPERUSER]) as server:
        server.execute(re.sub(rf"\b({names})\b(?!')", r"shipped_\1", statements).encode())
        shipped, ours = (server.execute(LIKE, [prefix]).fetchall() for prefix in ("shipped_", ""))
        server.rollback()

    assert [name for name, *_ in shipped] == sorted(ROLES)
    assert shipped == ours
