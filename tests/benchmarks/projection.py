"""Ways to a map, measured against each other: `python -m tests.benchmarks.projection [part of a name ...]`.

Cold: a new process, from its start to the map, imports and compilation in it. Warm: the same once
more in that process. Trustworthiness by scikit-learn. What is not installed is left out, and said.
The points are words of Shakespeare's plays with vectors learned from them.
"""

import importlib.util
import json
import subprocess
import sys
import time

import numpy as np

N = 2000
TURN = """
import json, sys, time
import numpy as np
rows = np.load(sys.argv[1])
def draw():
    {draw}
draw()
cold = time.time() - float(sys.argv[2])
start = time.perf_counter()
points = draw()
warm = time.perf_counter() - start
from sklearn.manifold import trustworthiness
print(json.dumps([cold, warm, float(trustworthiness(rows, np.asarray(points, dtype=float), n_neighbors=12))]))
"""
OURS = "from ladder.geometry import project; return project(rows, method={!r}).points"
WAYS = {  # name: the package, and how its map is drawn
    "PCA (ours)": ("ladder", OURS.format("pca")),
    "UMAP by manifolds-rs (ours)": ("manifolds_rs", OURS.format("umap")),
    "t-SNE by manifolds-rs (ours)": ("manifolds_rs", OURS.format("tsne")),
    "t-SNE by scikit-learn": (
        "sklearn",
        "from sklearn.manifold import TSNE; return TSNE(random_state=0).fit_transform(rows)",
    ),
    "UMAP by umap-learn": ("umap", "from umap import UMAP; return UMAP(random_state=0).fit_transform(rows)"),
    "t-SNE by openTSNE": ("openTSNE", "from openTSNE import TSNE; return TSNE(random_state=0).fit(rows)"),
    "PaCMAP": ("pacmap", "from pacmap import PaCMAP; return PaCMAP(random_state=0).fit_transform(rows)"),
}


def measured(draw: str, file: str) -> list[float]:
    """Cold seconds, warm seconds and trustworthiness of one way."""
    command = [sys.executable, "-c", TURN.format(draw=draw), file, str(time.time())]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def main(*names: str) -> None:
    """Measure and print, all ways or those that have one of the names in theirs."""
    import tempfile

    from ladder.geometry import learned, unit
    from ladder.reality import load_sample

    rows = unit(learned(load_sample("shakespeare").text).vectors[:N])
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file, rows)
        file.flush()
        print(f"{len(rows):,} points of {rows.shape[1]} dimensions\n")
        print("| map | cold, s | warm, s | trustworthiness |\n|---|---|---|---|")
        for name, (package, draw) in WAYS.items():
            if names and not any(part in name for part in names):
                continue
            if importlib.util.find_spec(package) is None:
                print(f"| {name} | not installed: left out | | |")
                continue
            cold, warm, trust = measured(draw, file.name)
            print(f"| {name} | {cold:.2f} | {warm:.2f} | {trust:.3f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
