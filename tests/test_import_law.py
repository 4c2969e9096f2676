"""The import law: a module imports only from its own package and from those before it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ladder.rungs import IMPORT_ORDER

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "ladder").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])

# Where a library may be imported at all, and where only inside a function.
ONLY_IN = {
    "altair": ("ladder.charts", "ladder.ui"),
    "streamlit": ("ladder.ui", "pages", "app"),
    "sentence_transformers": ("ladder.geometry.encoder",),
}
ONLY_IN_FUNCTIONS = {"torch", "sentence_transformers", "transformers", "sklearn", "manifolds_rs", "vl_convert"}
# A module that is torch from end to end is itself imported in functions only, and then it may say so at its top.
LATE = {"ladder.statistics.training": {"torch"}}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def place(module: str) -> int | None:
    """Where a module's package stands in the order; None for what is not ours, or for `ladder` itself."""
    return next((i for i, home in enumerate(IMPORT_ORDER) if module == home or module.startswith(f"{home}.")), None)


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every imported module's full name, and whether the import stands at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            found += [(node.module, id(node) in top)]
            if node.module == "ladder":
                found += [(f"ladder.{alias.name}", id(node) in top) for alias in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path):
    here = place(name_of(path)) if path.name != "app.py" else len(IMPORT_ORDER)
    if here is None:
        return  # ladder/__init__.py
    for module, _ in imports(path):
        there = place(module)
        assert there is None or there <= here, f"{name_of(path)} imports {module}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_come_through_their_own_door(path):
    for module, at_top in imports(path):
        library = module.partition(".")[0]
        allowed = ONLY_IN.get(library)
        assert allowed is None or name_of(path).startswith(allowed), f"{name_of(path)} imports {library}"
        late = library in LATE.get(name_of(path), ())
        assert late or not (at_top and library in ONLY_IN_FUNCTIONS), f"{name_of(path)} imports {library} at the top"
        assert not (at_top and module in LATE), f"{name_of(path)} imports {module} at the top"


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_ladder_loads_nothing_heavy():
    assert not loaded_after("import ladder") & {"numpy", "scipy", "pandas", "streamlit", "altair", "torch"}


def test_the_rungs_are_importable_without_streamlit_and_without_the_encoder():
    rungs = "ladder.reality, ladder.math, ladder.geometry, ladder.statistics, ladder.probability"
    assert not loaded_after(f"import {rungs}") & {"streamlit", "altair", "torch", "sentence_transformers", "sklearn"}


def test_who_counts_ngrams_waits_for_no_database_no_table_and_no_scipy():
    assert not loaded_after("from ladder.statistics import NGram") & {"scipy", "pandas", "pyarrow", "sqlalchemy"}
