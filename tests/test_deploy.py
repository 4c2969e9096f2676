"""The examples in deploy/ do what README says, and keep step with the app."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
import streamlit

ROOT = Path(__file__).parents[1]
DOCKERFILE, SERVICE, NGINX = (
    (ROOT / "deploy" / name).read_text(encoding="utf-8") for name in ("Dockerfile", "ladder.service", "nginx.conf")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
POLICY = re.search(r'Content-Security-Policy "([^"]+)" always;', NGINX)[1]


def policy() -> dict[str, set[str]]:
    """What the policy allows, by directive."""
    return {name: set(allowed) for name, *allowed in (part.split() for part in POLICY.split(";"))}


def arguments_of_streamlit(text: str) -> list[str]:
    """The words of the one command that starts the app."""
    (line,) = [line for line in text.splitlines() if re.search(r"streamlit\W+run", line)]
    return re.findall(r"[\w./=:-]+", line[line.index("streamlit") :])


@pytest.mark.parametrize("text", [DOCKERFILE, SERVICE], ids=["Dockerfile", "ladder.service"])
def test_the_app_is_started_as_readme_does(text):
    words = arguments_of_streamlit(text)
    assert words[:3] == ["streamlit", "run", "app.py"]
    assert "streamlit run app.py" in README
    for option in words[3:]:
        streamlit.get_option(option.removeprefix("--").partition("=")[0])  # raises for what is no option
    assert "--server.address=0.0.0.0" in words
    assert "--server.headless=true" in words


def test_the_image_has_all_that_the_app_reads_and_no_more():
    copied = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert sorted(copied) == [".streamlit", "app.py", "ladder", "pages", "requirements.txt"]
    assert all((ROOT / name).exists() for name in copied)
    let_in = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert sorted(line[1:] for line in let_in if line.startswith("!")) == sorted(copied)


def test_the_container_runs_as_nobody_in_particular_with_a_volume_and_a_health_check():
    steps = [line.split()[0] for line in DOCKERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert steps[0] == "FROM"
    assert steps.index("USER") < steps.index("CMD")
    assert steps.index("RUN") < steps.index("USER")
    assert "FROM python:3.11-slim" in DOCKERFILE
    assert re.search(r"^VOLUME (\S+)", DOCKERFILE, re.MULTILINE)[1] == re.search(r"LADDER_DATA=(\S+)", DOCKERFILE)[1]
    assert "/_stcore/health" in DOCKERFILE


def test_the_service_is_fenced_in():
    lines = set(SERVICE.splitlines())
    fences = {"NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "DynamicUser=yes", "PrivateTmp=yes"}
    assert fences | {"StateDirectory=ladder", "Restart=on-failure", "CapabilityBoundingSet="} <= lines
    assert re.search(r"^MemoryMax=\d+M$", SERVICE, re.MULTILINE)
    assert "LADDER_DATA=/var/lib/ladder" in SERVICE


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_be_evaluated():
    allowed = policy()
    assert allowed["default-src"] == {"'none'"}
    assert set().union(*allowed.values()) - {"'unsafe-inline'"} == {
        *("'none'", "'self'", "data:", "blob:"),
        *(word for word in allowed["script-src"] if word.startswith("'sha256-")),
    }
    assert [name for name in allowed if "'unsafe-inline'" in allowed[name]] == ["style-src"]
    assert allowed["script-src"] >= {"'self'", "blob:"}
    assert {name for name in allowed if "'none'" not in allowed[name]} == {
        *("script-src", "style-src", "img-src", "font-src", "connect-src")
    }


def test_the_policy_knows_the_script_in_streamlits_page():
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert {f"'sha256-{found}'" for found in hashes} == {w for w in policy()["script-src"] if w.startswith("'sha256")}


def test_the_proxy_takes_what_the_server_takes():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    most = int(re.search(r"client_max_body_size (\d+)m;", NGINX)[1])
    assert 0 < most - config["server"]["maxUploadSize"] <= 2
    assert "proxy_set_header Upgrade $http_upgrade;" in NGINX
