"""The knobs of all pages: their keys and defaults are part of every link that somebody has shared."""

import pytest

from ladder.rungs import PAGES
from ladder.ui import inside, knobs, real_model
from ladder.ui.senses import EXAMPLES
from tests.statistics.tiny import make_tiny
from tests.ui.test_inside_page import settled

# Changing one of these changes what old links show.
OWN = {
    "twidth": 64,
    "tstop": True,
    "tsteps": 1000,
    "tseed": 0,
    "trate": "usual",
    "tlayers": 2,
    "tform": "memory",
    "tdecay": "0.1",
    "T": 1.0,
    "accents": False,
    "aepn": 256,
    "after": "",
    "alpha": 0.01,
    "at": 24,
    "batch": 512,
    "bare": False,
    "beside": "python",
    "bins": 10,
    "book": True,
    "break": False,
    "byte": 0,
    "control": True,
    "count": "words",
    "decay": 1.0,
    "depth": 5,
    "digits": False,
    "do": "search",
    "early": False,
    "find": "",
    "fork": "",
    "gdrate": 0.03,
    "gdseed": 1,
    "gdstep": 1000,
    "given": False,
    "k": 8,
    "heatall": False,
    "heatat": 0,
    "heatlen": 500,
    "heatwho": "unigram",
    "kept": 0.3,
    "learner": "counts",
    "ledgerT": 0.8,
    "left": "bpe",
    "len": 3,
    "letter": 0,
    "lines": True,
    "live": False,
    "lmtext": "",
    "lmwho": "pretrained",
    "loopn": 2000,
    "looporder": 2,
    "lower": True,
    "lsbatch": 32,
    "lsdecay": 0.0,
    "lsearly": False,
    "lsfit": "net",
    "lsplane": "path",
    "lsrate": 1.0,
    "lsseed": 1,
    "lsT": 0.01,
    "map": "pca",
    "mapseed": 0,
    "mark": "",
    "mean": 70,
    "measure": "entropy",
    "minp": 0.0,
    "moment": 33,
    "model": "kneser-ney",
    "n": 400,
    "order": 5,
    "orders": 6,
    "other": "shakespeare",
    "part": "alike",
    "passage": 0.0,
    "path": "",
    "penalty": 1.0,
    "pieces": "words",
    "place": 0,
    "play": False,
    "points": 500,
    "prompt": "",
    "punctuation": False,
    "query": "",
    "rate": 1.0,
    "right": "words",
    "road": "gradient",
    "rows": "Reality",
    "rmpart": "next",
    "rstep": 5,
    "say": "",
    "seed": 1,
    "senses": EXAMPLES,
    "sentence": "The king is dead, long live the king.",
    "shade": "count",
    "space": "learned",
    "states": "die",
    "step": 20,
    "stepper": "Adam",
    "steps": 200,
    "symbols": 24,
    "temps": False,
    "top": 3,
    "tongue": "English (en)",
    "tongue2": "Thai (th)",
    "topk": 0,
    "topp": 1.0,
    "turns": 8,
    "typical": 1.0,
    "undo": "",
    "way": "gradient",
    "where": 0.0,
    "window": 2048,
    "word": "bank",
    "writer": "zlib",
}
WITH_A_MODEL = {
    "lmT": 1.0,
    "lmcol": -1,
    "lmdim": -1,
    "lmhead": 1,
    "lmlayer": 1,
    "lmmap": "effective",
    "lmpart": "attention",
    "lmrank": 1,
    "lmrow": -1,
    "lmseed": 1,
    "rmbytes": 200,
    "rmcut": "nothing",
    "rmminp": 0.1,
    "rmn": 40,
    "rmseed": 1,
    "rmtopp": 0.9,
}
SHARED = {"lens": "Shannon", "scheme": "bpe", "vocab": 1024, "docs": "", "from": 0, "to": 100}


def defaults_of(open_app, rung) -> dict[str, object]:
    """What all panels of a page register."""
    found = {}
    at = open_app(rung.page, corpus="markov")
    for label in at.segmented_control(key="panel").options:
        knobs.DEFAULTS.clear()
        open_app(rung.page, corpus="markov", panel=label)
        knobs.DEFAULTS.pop("panel")
        found |= knobs.DEFAULTS
    return found


def test_an_old_link_still_shows_the_same_picture(open_app, monkeypatch):
    monkeypatch.setattr("ladder.geometry.encoder.load_encoder", no_encoder)
    found = {}
    for rung in PAGES:
        own = {key: default for key, default in defaults_of(open_app, rung).items() if key not in SHARED}
        assert not own.keys() & found.keys(), f"{rung.name} has a knob that another page has too"
        found |= own
    assert found == OWN


def no_encoder(place=None, *, step=None):
    raise ValueError("There is no encoder in this test.")


@pytest.mark.parametrize("key", SHARED)
def test_the_frame_has_its_defaults(open_app, key):
    open_app(corpus="markov")
    assert knobs.DEFAULTS[key] == SHARED[key]


def test_an_old_link_into_a_real_model_still_shows_the_same_picture(open_app, monkeypatch, tmp_path):
    # Not above: the test of all pages replaces the encoder before they are imported.

    monkeypatch.setenv("LADDER_LM", str(make_tiny(tmp_path / "tiny").folder))
    found = {}
    for page, panel, knob, parts in (
        ("pages/3_geometry.py", "Text to token", "lmpart", inside.PARTS),
        ("pages/5_probability.py", "A real model", "rmpart", real_model.PARTS),
    ):
        for label in parts.values():
            knobs.DEFAULTS.clear()
            settled(open_app(page, **{"corpus": "hamlet", "panel": panel, knob: label, "lmtext": "To be, or not to"}))
            found |= knobs.DEFAULTS
    unpinned = {key: default for key, default in found.items() if key[:2] in ("lm", "rm") and key not in OWN}
    assert unpinned == WITH_A_MODEL
