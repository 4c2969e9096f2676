"""The waterfall on top of every page: bits per byte, falling rung by rung.

It is computed once for each (text, alphabet) in a job that all sessions share, and drawn step by step
as the prices come in; what is not there yet is a dashed outline, never a guess.
"""

import html
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from ladder.charts.theme import GREY, P_COLOUR, Q_COLOUR
from ladder.math import SCHEMES
from ladder.reality import Corpus, to_bytes
from ladder.rungs import GEOMETRY, MATH, PROBABILITY, RUNGS, STATISTICS, Rung
from ladder.ui.cache import identity, shared, split_of, train_and_held_out
from ladder.ui.jobs import Key, Progress, owner, poll_seconds, pool
from ladder.ui.lens import Lens
from ladder.ui.readers import price_of_readers
from ladder.ui.tokens import count, plain
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.waterfall import Step

POLL_SECONDS = 0.7
FOOT = 8.0  # bits per byte: the height of the picture
# The coder works at some tens of kB/s: a longer part waits until somebody asks for its file.
LONGEST_CODED_UNASKED = 40_000  # bytes


@dataclass
class Climb:
    """The prices found so far, and a sentence for each rung that has none."""

    steps: "list[Step]" = field(default_factory=list)
    compressors: dict[str, float] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)  # rung name -> why there is no price
    note: str = ""  # what is to be known of a short text
    readers: float | None = None  # Shannon's upper bound from people's guesses, once there are enough
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, step: "Step") -> None:
        """Put a price where it belongs, in place of an older one of the same name."""
        with self.lock:
            self.steps = [old for old in self.steps if (old.rung, old.label) != (step.rung, step.label)] + [step]
            self.absent.pop(step.rung.name, None)


@shared(max_entries=256)  # more than the pool keeps jobs: no job may outlive what it has filled
def climb_of(corpus: Corpus, scheme: str, vocabulary_size: int) -> Climb:
    """The one climb of a text in an alphabet, empty at first."""
    return Climb()


def draw_waterfall(view: View, rung: Rung | None) -> None:
    """Draw what is known, again and again until the climb is over."""
    climb = climb_of(view.corpus, view.scheme, view.vocabulary_size)
    job = pool().find(_key_of(view))
    if job is None or not job.over:
        st.fragment(_watch, run_every=poll_seconds(POLL_SECONDS))(climb, rung, view)
        return
    climb.readers = price_of_readers(view.corpus)
    st.html(picture(climb, rung, view.lens))
    if job.error:
        st.caption(plain(job.error))


def start_climb(view: View) -> None:
    """Have the prices computed, once for all who look at this text: called when the page has been drawn."""
    climb = climb_of(view.corpus, view.scheme, view.vocabulary_size)
    if pool().find(_key_of(view)) is None:  # one that failed would fail again
        work = partial(_climb, climb, view.corpus, view.scheme, view.vocabulary_size)
        pool().submit(_key_of(view), "The waterfall", work, owner())


def _key_of(view: View) -> Key:
    return "waterfall", identity(view.corpus), view.scheme, view.vocabulary_size


def _watch(climb: Climb, rung: Rung | None, view: View) -> None:
    job = pool().find(_key_of(view))
    if job is not None:
        if job.over:
            st.rerun()
        pool().watch(job, owner())
    st.html(picture(climb, rung, view.lens))


def _climb(climb: Climb, corpus: Corpus, scheme: str, vocabulary_size: int, progress: Progress) -> None:
    """All prices in order, each put down as soon as it is known."""
    from ladder.waterfall import (
        LEAST_COMPRESSED,
        compressor_prices,
        reality_steps,
    )  # the first paint need not wait for all five rungs

    parts = split_of(corpus)
    for step in reality_steps(parts):
        climb.add(step)
    progress(0.1)
    if not SCHEMES[scheme].lossless:
        sentence = f"{SCHEMES[scheme].title} does not give the text back, so its tokens have no price for a byte of it."
        climb.absent |= dict.fromkeys((MATH.name, GEOMETRY.name, STATISTICS.name, PROBABILITY.name), sentence)
    else:
        _climb_tokens(climb, corpus, scheme, vocabulary_size, progress)
    climb.compressors = compressor_prices(parts)
    if (n := len(to_bytes(parts.held_out))) < LEAST_COMPRESSED:
        climb.note = (
            f"{count(n, 'byte')} held out: the rounding of a file would be most of a compressor’s price, so none is "
            "shown."
        )


def _climb_tokens(climb: Climb, corpus: Corpus, scheme: str, vocabulary_size: int, progress: Progress) -> None:
    from ladder.statistics import NGram
    from ladder.waterfall import (
        LARGEST_LOG_BILINEAR,
        ORDER,
        geometry_steps,
        math_steps,
        probability_steps,
        statistics_steps,
    )

    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    for step in math_steps(train, held_out):
        climb.add(step)
    progress(0.3)
    model = NGram.fit(train.ids, train.vocabulary_size, order=ORDER)
    for step in statistics_steps(model, held_out):
        climb.add(step)
    progress(0.5)
    if train.vocabulary_size > LARGEST_LOG_BILINEAR:
        climb.absent[GEOMETRY.name] = (
            f"A softmax over {train.vocabulary_size:,} tokens takes too long: choose at most {LARGEST_LOG_BILINEAR:,}."
        )
    else:
        for step in geometry_steps(train, held_out):
            climb.add(step)
    progress(0.8)
    if held_out.n_bytes <= LONGEST_CODED_UNASKED:
        for step in probability_steps(model, held_out):
            climb.add(step)
    else:
        climb.absent[PROBABILITY.name] = "Write the file on the page Probability to see its price."


def picture(climb: Climb, current: Rung | None, lens: Lens) -> str:
    """The waterfall as HTML; every word in it is the program's own."""
    columns = "".join(_column(climb, rung, current, lens) for rung in RUNGS)
    compressors = list(zip(_shown(climb.compressors).items(), ("dotted", "dashed"), strict=False))
    lines = "".join(_line(bits, dash) for (_, bits), dash in compressors)
    keys = "".join(_key(name, lens.scale(bits), dash) for (name, bits), dash in compressors)
    if climb.readers is not None:
        lines += _line(climb.readers, "solid")
        keys += _key("people, at most", lens.scale(climb.readers), "solid")
    prices = [f"{step.rung.name}, {step.label}: {lens.amount(step.bits_per_byte, per='byte')}" for step in climb.steps]
    if climb.readers is not None:
        prices.append(f"People who guessed, at most: {lens.amount(climb.readers, per='byte')}")
    said = "; ".join([*prices, *filter(None, [climb.note])])
    keys += f'<span class="wf-note">{html.escape(climb.note)}</span>' if climb.note else ""
    fall = f"{lens.unit} per byte of the held-out text"
    if climb.steps:  # before the first price there is no number to show
        lowest = min(step.bits_per_byte for step in climb.steps)
        fall = f"{lens.scale(FOOT):.2f} → {lens.scale(lowest):.2f} {fall}"
    return (
        f'{STYLE}<div class="wf" role="img" aria-label="Price of a byte of the held-out text. {html.escape(said)}">'
        f'<div class="wf-head"><b>{fall}</b>{keys}</div>'
        f'<div class="wf-field"><div class="wf-lines">{lines}</div>{columns}</div></div>'
    )


def _column(climb: Climb, rung: Rung, current: Rung | None, lens: Lens) -> str:
    steps = [step for step in climb.steps if step.rung == rung]
    bars = "".join(_bar(step, lens, last=step is steps[-1]) for step in steps)
    if not bars:
        why = climb.absent.get(rung.name, "being computed …")
        bars = f'<div class="wf-bar wf-none" title="{html.escape(why)}"><i>–</i></div>'
    return (
        f'<div class="wf-rung{" wf-on" if rung == current else ""}"><div class="wf-bars">{bars}</div>'
        f'<div class="wf-name">{rung.name}</div>'
        f'<div class="wf-label">{html.escape(steps[-1].label) if steps else ""}</div></div>'
    )


def _bar(step: "Step", lens: Lens, *, last: bool) -> str:
    share = min(step.bits_per_byte / FOOT, 1.0)
    hover = f"{step.label}: {lens.amount(step.bits_per_byte, per='byte', digits=5)}"
    cut = step.bits_per_byte > FOOT * 1.005
    hover += ", higher than the picture: what a file or an alphabet costs at least is spread over few bytes" * cut
    amount = lens.scale(step.bits_per_byte)
    return (
        f'<div class="wf-bar{" wf-last" if last else ""}{" wf-cut" if cut else ""}" style="height:{100 * share:.2f}%" '
        f'title="{html.escape(hover)}">'
        f"<i>{'↑ ' if cut else ''}{amount:.{0 if amount >= 100 else 1 if amount >= 10 else 2}f}</i></div>"
    )


def _line(bits: float, dash: str) -> str:
    return f'<div style="bottom:{100 * min(bits / FOOT, 1.0):.2f}%;border-top-style:{dash}"></div>'


def _key(name: str, amount: float, dash: str) -> str:
    return f'<span><i style="border-top-style:{dash}"></i> {html.escape(name)} {amount:.2f}</span>'


def _shown(compressors: dict[str, float]) -> dict[str, float]:
    """The best-known compressor and the best one: more lines would hide each other."""
    if not compressors:
        return {}
    best = min(compressors, key=compressors.__getitem__)
    return {name: compressors[name] for name in dict.fromkeys(("zlib", best)) if name in compressors}


STYLE = f"""<style>
.wf{{margin:.2rem 0 .6rem}}
.wf-head{{font-size:.8rem;display:flex;flex-wrap:wrap;gap:0 1.2em}}
.wf-head i{{display:inline-block;width:1.6em;vertical-align:middle;border-top:2px {Q_COLOUR}}}
.wf-field{{display:flex;gap:2%;position:relative;margin-top:.3rem}}
.wf-rung{{flex:1 1 0;min-width:0;text-align:center;border-radius:6px;padding:0 2px 2px}}
.wf-on{{background:rgba(128,128,128,.16)}}
.wf-on .wf-name{{font-weight:700}}
.wf-bars{{height:112px;display:flex;gap:6%;align-items:flex-end;justify-content:center;padding-top:18px}}
.wf-bar{{flex:0 1 44px;position:relative;border-radius:3px 3px 0 0;background:{GREY};opacity:.75;min-height:1px}}
.wf-last{{background:{P_COLOUR};opacity:1}}
.wf-none{{height:100%;background:none;border:2px dashed {GREY};border-bottom:0}}
.wf-cut{{border-radius:0;border-top:4px double Canvas}}
.wf-note{{opacity:.75}}
.wf-bar i{{position:absolute;left:-12px;right:-12px;top:-17px;font-style:normal;font-size:.74rem;line-height:16px}}
.wf-name{{font-size:.8rem;border-top:1px solid {GREY};overflow:hidden;text-overflow:ellipsis}}
.wf-label{{font-size:.7rem;opacity:.75;line-height:1.1;min-height:1.1em}}
.wf-lines{{position:absolute;left:0;right:0;top:18px;height:94px;pointer-events:none}}
.wf-lines div{{position:absolute;left:0;right:0;border-top:1px {Q_COLOUR}}}
@media (max-width:640px){{.wf-label{{display:none}}.wf-name{{font-size:.66rem}}.wf-bar i{{font-size:.62rem}}}}
</style>"""
