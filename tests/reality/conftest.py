import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql

from tests.reality.making import docx_of, pdf_of, zip_of


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """One good file of each kind that is read."""
    return {
        "a.txt": "Größe 水\n".encode(),
        "a.md": b"# Title\n\ntext",
        "a.csv": b"id,text\n1,one two\n2,three\n",
        "a.tsv": b"id\ttext\n1\tone two\n",
        "a.jsonl": b'{"id": 1, "text": "one two"}\n{"id": 2, "text": "three"}\n',
        "a.json": b'[{"text": "one"}, {"text": "two"}]',
        "a.html": b"<html><body><p>One</p><script>two()</script></body></html>",
        "a.pdf": pdf_of("First page", "Second page"),
        "a.docx": docx_of("One", "Two"),
        "a.zip": zip_of(("one.txt", b"one\n"), ("two.txt", b"two\n")),
    }


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL of our own, on loopback, in a folder that goes away with it."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("initdb") or "nowhere").parent]
    if not (homes[-1] / "initdb").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no PostgreSQL: install it before the tests")
        pytest.skip("no PostgreSQL on this machine")
    # It refuses to run as root.
    someone = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="ladder-postgresql-"))
    if someone:
        shutil.chown(folder, "nobody", "nogroup")

    def run(*command: str) -> None:
        subprocess.run(
            [str(homes[-1] / command[0]), "-D", str(folder / "data"), *command[1:]],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **someone,
        )  # fmt: skip

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        run("initdb", "-U", "ladder", "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C.UTF-8")
        settings = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=200"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", settings)
        try:
            yield f"postgresql+psycopg://ladder@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database_url(request) -> str | None:
    """What LADDER_DATABASE_URL would be: nothing for SQLite in the store's folder, or an empty PostgreSQL."""
    if request.param == "SQLite":
        return None
    url = request.getfixturevalue("postgresql")
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS uploads, guesses")
    engine.dispose()
    return url
