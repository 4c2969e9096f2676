"""The panels of the rung Statistics: a histogram fitted, n-grams by order, the leaderboard, and what lies behind."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.lenses import bits_to_nats, cross_entropy, entropy, kl_divergence, softmax
from ladder.lenses.simplex import Floats
from ladder.math import SCHEMES, Encoding, encode
from ladder.math.prices import codebook_bits
from ladder.reality import SAMPLES, Corpus, take, to_bytes, to_text
from ladder.statistics import (
    AdditiveNGram,
    Fit,
    LogBilinear,
    NGram,
    fit_softmax,
    halving_steps,
    kl_by_symbol,
    relative_frequencies,
)
from ladder.statistics.leaderboard import ALPHAS, Curve, by_order, leaderboard
from ladder.statistics.passages import occurrences
from ladder.ui import knobs
from ladder.ui.cache import encoding, identity, shared, split_of, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

WAYS = {"gradient": "gradient descent", "natural": "natural gradient", "lbfgs": "L-BFGS", "closed": "counting"}
HAND = "hand"
HAND_SYMBOLS = 4  # and the rest: so many sliders a person can hold in mind
STEPS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000)
RATES = {0.1: "0.1", 0.5: "0.5", 1.0: "1", 4.0: "4", 16.0: "16", 64.0: "64"}
NATURAL_RATE = 0.3  # a share of the way to p: a knob's rate beyond 1 would leave the simplex
SMALLEST = 1e-9  # what is less is drawn as this: a log axis has no zero
PLAY_SECONDS = 0.4
BANDS = ("commonest quarter", "2nd quarter", "3rd quarter", "rarest quarter")
MOST_SYMBOLS = 2_000  # in the picture of the stall
LABEL = 12  # letters of a token on an axis
REST = "the rest"

# Beyond it the fits of all orders would take minutes, and say the same.
MOST_BYTES = 4_000_000
PASSAGES, BEFORE, AFTER = 8, 60, 40  # how many, and letters around them
FOLLOWERS = 12


@st.fragment
def fit_panel(view: View) -> None:
    """The smallest learning problem: a histogram p, and q = softmax(theta) that is to become like it."""
    counts = encoding(view.corpus, view.scheme, view.vocabulary_size)
    way = knobs.choice("way", "How", {HAND: "by hand", **WAYS}, "gradient")
    if len(np.flatnonzero(counts.counts)) < 2:
        st.info(
            "This text has only one kind of token: p is 1 for it, and there is nothing to fit. Choose another text."
        )
        return
    if way == HAND:
        _by_hand(view, counts)
    else:
        _by_steps(view, counts, way)


def _by_hand(view: View, text: Encoding) -> None:
    """Sliders for theta, and what the belief costs."""
    symbols, p = most_frequent(text, HAND_SYMBOLS)
    st.markdown("Move the logits θ until the orange ticks sit on the blue bars. Only their differences count.")
    theta = np.zeros(len(p))
    for i, column in enumerate(st.columns(len(p))):
        with column:
            theta[i] = knobs.slider(f"theta{i}", f"θ of {_spoken(symbols[i])}", -6.0, 6.0, 0.0, step=0.1)
    q = softmax(theta)
    _show_histogram(view, symbols, p, q, "by hand")
    states = {"uniform": np.full(len(p), 1 / len(p)), "your q": q, "counting": p}
    _show_prices(view, p, states)
    _boltzmann(view, symbols, theta)
    worst = int(np.abs(q - p).argmax())
    explain(
        "hand",
        formula=_price_formula(view, p, q),
        source=[softmax, cross_entropy, kl_divergence],
        question=f"Your q errs most on {_spoken(symbols[worst])}. By how much, and in which direction, should its θ "
        "move first?",
        answer=f"The slope of H(p, q) in θ is q − p = {q[worst] - p[worst]:+.4f} nats for each unit of θ: move it "
        f"{'down' if q[worst] > p[worst] else 'up'}. The lowest point is at θ = ln p: "
        + ", ".join(f"{_spoken(s)} {t:.2f}" for s, t in zip(symbols, np.log(p), strict=True))
        + ".",
    )


def _by_steps(view: View, text: Encoding, way: str) -> None:
    """The knobs of a descent, and the picture at one of its steps."""
    first, second = st.columns(2)
    with first:
        n_symbols = knobs.slider("symbols", "Symbols: the most frequent, and the rest", 5, 40, 24)
    with second:
        rate = knobs.choice("rate", "Learning rate", RATES, 1.0, disabled=way != "gradient")
    playing = st.session_state.get("fit_playing", False)
    # Only while it plays does the picture draw itself anew.
    st.fragment(_at_step, run_every=PLAY_SECONDS if playing else None)(view, text, way, n_symbols, rate)


def _at_step(view: View, text: Encoding, way: str, n_symbols: int, rate: float) -> None:
    _advance_if_playing()
    step = knobs.slider_of("step", "Step", STEPS, 20)
    playing = st.session_state.get("fit_playing", False)
    with st.container(horizontal=True):
        st.button("Next step", key="fit_next", on_click=_next_step, disabled=step == STEPS[-1])
        st.button("Stop" if playing else "Play", key="fit_play", on_click=_toggle_play, args=(step,))
    if playing != st.session_state.get("fit_playing", False):
        st.rerun()

    symbols, p = most_frequent(text, n_symbols)
    fits = {name: fit_of(tuple(p), name, rate if name == "gradient" else NATURAL_RATE, STEPS[-1] + 1) for name in WAYS}
    fit = fits[way]
    q = state_at(fit, step)
    _show_histogram(view, symbols, p, q, f"{WAYS[way]}, step {min(step, len(fit.path) - 1):,}")
    if fit.diverged:
        st.warning(
            f"At rate {rate:g} the steps overshoot and q ends worse than uniform: the descent stopped at step "
            f"{len(fit.path) - 1}, and its best state is shown. Up to 4 is safe: the curvature is nowhere above 1/2."
        )
    states = {"uniform": np.full(len(p), 1 / len(p)), f"q at step {step:,}": q, "counting": p}
    _show_prices(view, p, states)
    left, right = st.columns(2)
    with left:
        _show_ways(view, p, fits, way, step)
    with right:
        _show_stall(text, step, rate)
    _boltzmann(view, symbols, np.log(q) - np.log(q).mean())  # gradient descent keeps the mean of theta at 0
    pace = halving_steps(p, rate=rate)
    explain(
        "fit",
        formula=_price_formula(view, p, q)
        + rf"\\ \theta_i \leftarrow \theta_i - {rate:g}\,(q_i - p_i), \qquad "
        + rf"\text{{errors halve in about }} \frac{{\ln 2}}{{{rate:g}\, p_i}}\text{{ steps}}",
        source=[fit_softmax, kl_by_symbol],
        question="Which symbols are right first under plain gradient descent, and why not all at once?",
        answer="The frequent ones. The curvature of symbol i is about p_i, so an error in "
        f"{_spoken(symbols[0])} halves in about {max(pace[0], 1):,.0f} steps, in "
        f"{_spoken(symbols[int(p.argmin())])} in {pace.max():,.0f}. The "
        "natural gradient measures steps by the information in q and treats all alike; counting needs no steps.",
    )


@st.fragment
def ngrams_panel(view: View) -> None:
    """Train and held-out price by order: where learning by heart shows."""
    if not _lossless(view):
        return
    corpus = _bounded(view.corpus)
    left, right = st.columns(2)
    with left:
        highest = knobs.slider("orders", "Orders up to", 2, 8, 6)
    with right:
        alpha = knobs.choice("alpha", "α, added to each count", {alpha: f"{alpha:g}" for alpha in ALPHAS}, 0.01)
    key = ("ngrams", identity(corpus), view.scheme, view.vocabulary_size, highest, alpha)
    curves = run_job(
        key,
        "Fitting n-grams",
        lambda progress: fit_orders(corpus, view.scheme, view.vocabulary_size, highest, alpha, progress),
    )
    if curves is None:
        return
    names = ["Kneser-Ney", f"counts + {alpha:g}"]
    table = order_table(view, dict(zip(names, curves, strict=True)))
    (kn, kn_price), (additive, additive_price) = (
        min(zip(curve.orders, curve.held_out, strict=True), key=lambda pair: pair[1]) for curve in curves
    )
    floor = SAMPLES[view.reference].true_entropy_rate if view.reference in SAMPLES else None
    overfits = additive < curves[1].orders[-1]
    finding = f"Kneser-Ney is best at order {kn}: {view.lens.amount(kn_price, per='byte')} held out" + (
        f"; counts + {alpha:g} overfit beyond order {additive}" if overfits else ""
    )
    show_chart(
        charts.by_order(
            table,
            names=names,
            floor=None if floor is None else view.lens.scale(floor),
            title=finding,
            unit=view.lens.unit,
        ),
        table,
        key="ngrams",
        alt=f"{finding}. Counts + {alpha:g} cost {view.lens.amount(additive_price, per='byte')} at best.",
        width="stretch",
    )
    st.caption(
        "Solid: the held-out part, which no model has seen. Dashed: the training part, which a high order knows by "
        "heart. The gap between them is overfitting; a ring marks the best order."
    )
    if floor is not None:
        st.caption(
            f"Grey: this source’s own entropy rate, {view.lens.amount(floor, per='byte')}. Below it a model gets "
            "only by luck on a finite text, or by knowing it by heart."
        )
    for note in dict.fromkeys(note for curve in curves for note in curve.notes):
        st.caption(note)
    wide = table.pivot_table(index="order", columns=["model", "part"], values="price")
    wide.columns = [f"{model}, {part}" for model, part in wide.columns]
    with st.expander(f"Numbers, {view.lens.unit} per byte"):
        st.dataframe(wide.round(4), width="stretch")
    model = ngram_of(corpus, view.scheme, view.vocabulary_size, kn)
    D = ", ".join(f"D_{i} = {d:.3f}" for i, d in zip(("1", "2", "{3+}"), model.discounts[-1, 1:], strict=True))
    explain(
        "ngrams",
        formula=r"q_n(w \mid h) = \frac{c(hw) - D(c)}{c(h\,\cdot)} + \gamma(h)\, q_{n-1}(w \mid h')"
        + rf"\\ n = {kn}: \quad {D}",
        source=[NGram.surprisals, AdditiveNGram.surprisals],
        question="The training price of Kneser-Ney keeps falling with the order. Is the highest order the best model?",
        answer=f"No: a long context occurs once, and what followed is known by heart. At order {curves[0].orders[-1]} "
        f"the training part costs {view.lens.amount(curves[0].train[-1], per='byte')}, a new text "
        f"{view.lens.amount(curves[0].held_out[-1], per='byte')}. Kneser-Ney falls back on shorter contexts, so it "
        f"loses little; counts + {alpha:g} have none, and pay "
        f"{view.lens.amount(curves[1].held_out[-1], per='byte')}.",
    )


@st.fragment
def leaderboard_panel(view: View) -> None:
    """All models and compressors on one held-out part."""
    if not _lossless(view):
        return
    corpus = _bounded(view.corpus)
    board = run_job(
        ("leaderboard", identity(corpus), view.scheme, view.vocabulary_size),
        "Leaderboard",
        lambda progress: board_of(corpus, view.scheme, view.vocabulary_size, progress),
    )
    if board is None:
        return
    in_unit = np.vectorize(view.lens.scale)
    table = board.assign(
        price=in_unit(board["bits_per_byte"]),
        whole=in_unit(board["whole_bits_per_byte"]),
        name=[
            f"{row.name} ({row.alphabet})" if row.kind == "static model" else row.name
            for row in board.itertuples(index=False)
        ],
    )
    best = {kind: table[table["kind"] == kind].iloc[0] for kind in ("static model", "compressor (adaptive)")}
    model, compressor = best["static model"], best["compressor (adaptive)"]
    n_held_out = len(to_bytes(split_of(corpus).held_out))
    beaten = int((table[table["kind"] != "static model"]["price"] > model["price"]).sum())
    n_compressors = int((table["kind"] != "static model").sum())
    finding = (
        f"{model['name']} pays {view.lens.amount(model['bits_per_byte'], per='byte')} and beats {beaten} of "
        f"{n_compressors} compressors; {compressor['name']} pays {view.lens.amount(compressor['bits_per_byte'])}"
    )
    show_chart(
        charts.leaderboard(table, title=finding, unit=view.lens.unit),
        table,
        key="leaderboard",
        alt=f"{finding}. "
        + "; ".join(f"{row.name} {row.price:.3f}" for row in table.itertuples())
        + f" {view.lens.unit} per byte.",
        width="stretch",
    )
    st.caption(
        f"The same {n_held_out:,} held-out bytes for all. A static model has stopped learning; a compressor has read "
        "the training part first and goes on learning while it reads, so the two kinds are no equal contest. Orders "
        "and α were chosen on a validation part, never on the held-out one."
    )
    whole_bytes = len(corpus.data)
    if model["size_bytes"] > whole_bytes:
        st.caption(
            f"The tables of the best static model take {int(model['size_bytes']):,} bytes, more than the text itself "
            f"({whole_bytes:,}): whoever had to send them along would do better to send the text."
        )
    shown = table[["name", "kind", "price", "whole", "size_bytes", "seconds"]].rename(
        columns={
            "price": f"held out, {view.lens.unit}/byte",
            "whole": "with the model",
            "size_bytes": "model, bytes",
        }
    )
    st.dataframe(shown.round(3), width="stretch", hide_index=True)
    st.caption(
        f"“With the model”: {view.lens.unit} per byte of the whole text, the model’s own bytes included; for a "
        "compressor, of the whole text with nothing given."
    )
    explain(
        "leaderboard",
        formula=r"\text{two-part price} = \frac{\text{bits of the model} + \text{bits of the whole text under it}}"
        rf"{{\text{{bytes}}}} = {model['whole_bits_per_byte']:.3f} \text{{ bits/byte for the best static model}}",
        source=[leaderboard, NGram.fit, LogBilinear.fit],
        question="A model could hold the whole text inside and then name it for nothing. Which column finds it out?",
        answer="Both do: the held-out part was never inside, and the price with the model itself counts every byte "
        f"of its tables. For the best static model that is {int(model['size_bytes']):,} bytes.",
    )


@st.fragment
def learned_panel(view: View) -> None:
    """The passages of the training part behind a prediction."""
    if not _lossless(view):
        return
    corpus = _bounded(view.corpus)
    order = knobs.slider("depth", "Order of the model", 2, 8, 5)
    train = train_and_held_out(corpus, view.scheme, view.vocabulary_size)[0]
    opening = first_words(split_of(corpus).held_out)
    prompt = knobs.text("after", "What may follow after", placeholder=visible(opening)) or opening
    model = ngram_of(corpus, view.scheme, view.vocabulary_size, order)
    context = train_alphabet(corpus, view.scheme, view.vocabulary_size).encode(prompt).ids
    m = model.matched(context)
    q = softmax(model.logits(context))
    gram = context[len(context) - m :]
    places = occurrences(train.ids, gram)
    if m == 0:
        st.info(
            "The training part does not hold the last token of this prompt, so the model falls back to how often "
            "tokens occur at all. Type something that the text might say."
        )
    times = np.bincount(train.ids[places], minlength=train.vocabulary_size)
    likeliest = np.argsort(-q, kind="stable")[:FOLLOWERS]
    table = pd.DataFrame(
        {
            "token": labels([train.vocabulary[i] for i in likeliest]),
            "q": q[likeliest],
            "times": times[likeliest],
            "share": times[likeliest] / max(len(places), 1),
        }
    )
    matched = visible(to_text(train.decode(gram)))
    finding = (
        f"“{_short(matched, 30)}” stands in {_number(len(places), 'place')} of the training part, "
        f"and goes on in {_number(int(np.count_nonzero(times)), 'way')}"
        if m
        else f"Nothing matched: {len(places):,} tokens stand behind this"
    )
    show_chart(
        charts.followers(table, title=finding),
        table,
        key="learned",
        alt=f"{finding}. Likeliest next: "
        + ", ".join(f"{r.token} {r.q:.1%}" for r in table.head(5).itertuples())
        + ".",
        width="stretch",
    )
    if m:
        st.caption(
            f"Of the last {min(len(context), order - 1)} tokens the model uses {m}. Blue: what followed there. Orange: "
            "what the model says, after giving a little to what it has not seen."
        )
        for place in places[:PASSAGES]:
            st.code(passage(train, int(place), m), language=None, wrap_lines=True)
        if len(places) > PASSAGES:
            st.caption(f"The first {PASSAGES} of {len(places):,} places.")
    explain(
        "learned",
        formula=rf"\frac{{c(hw)}}{{c(h\,\cdot)}} = \frac{{{times[likeliest[0]]:,}}}{{{len(places):,}}}, \qquad "
        rf"q(w \mid h) = {q[likeliest[0]]:.4f} \quad\text{{for the likeliest token}}",
        source=[occurrences, NGram.matched, NGram.logits],
        question="The model is sure of its next token. Does that mean that the text says so often?",
        answer="No: one passage is enough to be rather sure. Here the prediction rests on "
        f"{_number(len(places), 'place')}.",
    )


# Shared results


@shared(max_entries=64)
def fit_of(p: tuple[float, ...], way: str, rate: float, keep: int) -> Fit:
    """A fit with about `keep` states of q at hand, once for all sessions."""
    return fit_softmax(p, steps=STEPS[-1], rate=rate, method=way, keep=keep)  # type: ignore[arg-type]


@shared(max_entries=12)
def ngram_of(corpus: Corpus, scheme: str, vocabulary_size: int, order: int) -> NGram:
    """The Kneser-Ney model of the training part."""
    train, _ = train_and_held_out(corpus, scheme, vocabulary_size)
    return NGram.fit(train.ids, train.vocabulary_size, order=order)


@shared(max_entries=24)
def first_bytes(corpus: Corpus, n: int) -> Corpus:
    """The first n bytes of a corpus, or a little less."""
    return take(corpus, stop=n / len(corpus.data))


def fit_orders(
    corpus: Corpus, scheme: str, vocabulary_size: int, highest: int, alpha: float, progress: Progress
) -> tuple[Curve, Curve]:
    """Prices of Kneser-Ney and of counts + alpha for order 1 to `highest`."""
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    orders, done = tuple(range(1, highest + 1)), [0]

    def reported(order: int) -> None:
        progress(done[0] / (2 * highest), f"order {order}")
        done[0] += 1

    def kneser_ney(ids: np.ndarray, V: int, order: int) -> NGram:
        reported(order)
        return NGram.fit(ids, V, order=order)

    def additive(ids: np.ndarray, V: int, order: int) -> AdditiveNGram:
        reported(order)
        return AdditiveNGram.fit(ids, V, order=order, alpha=alpha)

    return by_order(kneser_ney, train, held_out, orders), by_order(additive, train, held_out, orders)


def board_of(corpus: Corpus, scheme: str, vocabulary_size: int, progress: Progress) -> pd.DataFrame:
    """The leaderboard of a corpus in an alphabet, and over bytes."""
    parts = split_of(corpus)
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    as_bytes = None if scheme == "bytes" else (encode(parts.train, "bytes"), encode(parts.held_out, "bytes"))
    codebook = codebook_bits(train_alphabet(corpus, scheme, vocabulary_size))
    return leaderboard(parts, train, held_out, bytes_too=as_bytes, codebook_bits=codebook, progress=progress)


# Tables for the charts


def most_frequent(text: Encoding, n: int) -> tuple[list[str], Floats]:
    """The names and shares of the n most frequent tokens and, where there are more, of the rest together."""
    order = np.argsort(-text.counts, kind="stable")
    order = order[text.counts[order] > 0]
    names, counts = labels([text.vocabulary[i] for i in order[:n]]), text.counts[order[:n]].tolist()
    if len(order) > n:
        names.append(REST)
        counts.append(int(text.counts[order[n:]].sum()))
    return names, relative_frequencies(counts)


def state_at(fit: Fit, step: int) -> Floats:
    """q at a step; the last state, or the best where the fit diverged, for a step beyond its end."""
    reached = np.flatnonzero(fit.kept <= step)
    return fit.q if step > fit.kept[-1] else fit.snapshots[reached[-1]]


def labels(pieces: Sequence[bytes]) -> list[str]:
    """A short name for each token, no two alike."""
    names: list[str] = []
    for piece in pieces:
        name = short = _short(visible(to_text(piece), spaces=True), LABEL)
        number = 2
        while name in names:
            name, number = f"{short} #{number}", number + 1
        names.append(name)
    return names


def order_table(view: View, curves: dict[str, Curve]) -> pd.DataFrame:
    """One row an order, model and part; `best` marks each model's lowest held-out price."""
    rows = [
        (order, name, part, view.lens.scale(price), part == "held out" and price == min(curve.held_out))
        for name, curve in curves.items()
        for part, prices in (("held out", curve.held_out), ("train", curve.train))
        for order, price in zip(curve.orders, prices, strict=True)
    ]
    return pd.DataFrame(rows, columns=["order", "model", "part", "price", "best"])


def passage(text: Encoding, place: int, m: int) -> str:
    """What stands around a place: before, [the matched context] and → what followed."""
    before = to_text(text.decode(text.ids[max(0, place - m - BEFORE) : place - m]))[-BEFORE:]
    matched = to_text(text.decode(text.ids[place - m : place]))
    after = to_text(text.decode(text.ids[place : place + AFTER]))[:AFTER]
    return visible(f"… {before}[{matched}]→{after} …")


def first_words(text: str) -> str:
    """The first few words of a text, or its first letters where it has no spaces."""
    return " ".join(text[:200].split()[:4])[:40]


# What the panels draw


def _show_histogram(view: View, symbols: list[str], p: Floats, q: Floats, where: str) -> None:
    table = pd.DataFrame({"symbol": symbols, "p": p, "q": q})
    price, least = float(cross_entropy(p, q)), float(entropy(p))
    finding = (
        f"q costs {view.lens.amount(price, per='token')} ({where}); no q can cost less than {view.lens.amount(least)}"
    )
    worst = int(np.abs(p - q).argmax())
    show_chart(
        charts.histogram(table, title=finding),
        table,
        key="histogram",
        alt=f"{finding}. Furthest off: {symbols[worst]}, p = {p[worst]:.3f}, q = {q[worst]:.3f}.",
        width="stretch",
    )
    st.caption("Blue bars: p, how often each token occurs in the text. Orange ticks: q, what the model believes.")


def _show_prices(view: View, p: Floats, states: dict[str, Floats]) -> None:
    H = view.lens.scale(float(entropy(p)))
    rows = []
    for state, q in states.items():
        KL = view.lens.scale(float(kl_divergence(p, q)))
        said = f"{H:.4f} + {KL:.4f} = {H + KL:.4f}"
        rows += [(state, "H(p)", 0.0, H, said), (state, "KL(p‖q)", H, H + KL, said)]
    table = pd.DataFrame(rows, columns=["state", "part", "start", "stop", "label"])
    now = list(states)[1]
    KL_now = float(kl_divergence(p, states[now]))
    finding = f"H(p, q) = H(p) + KL: believing {now} costs {view.lens.amount(KL_now, digits=4)} too much"
    show_chart(
        charts.price_bars(table, title=finding, unit=f"{view.lens.unit} per token"),
        table,
        key="prices",
        alt=f"{finding}. H(p) is {H:.4f} {view.lens.unit}.",
        width="stretch",
    )


def _show_ways(view: View, p: Floats, fits: dict[str, Fit], way: str, step: int) -> None:
    least = float(entropy(p))
    rows = [
        (t, WAYS[name], max(view.lens.scale(float(fit.path[t]) - least), SMALLEST))
        for name, fit in fits.items()
        for t in _thinned(len(fit.path))
    ]
    table = pd.DataFrame(rows, columns=["step", "way", "excess"])
    at = min(step, len(fits["gradient"].path) - 1)
    finding = (
        f"Counting is there in 1 step, L-BFGS in {len(fits['lbfgs'].path) - 1}; after {at:,} steps gradient descent "
        f"still pays {view.lens.amount(max(float(fits['gradient'].path[at]) - least, 0), digits=4)} too much"
    )
    show_chart(
        charts.ways(table, names=list(WAYS.values()), step=step, title=finding, unit=view.lens.unit),
        table,
        key="ways",
        alt=f"{finding}.",
        width="stretch",
    )
    st.caption(
        f"The natural gradient goes {NATURAL_RATE:.0%} of the way at each step. Less than 10⁻⁹ is drawn as 10⁻⁹."
    )


def _show_stall(text: Encoding, step: int, rate: float) -> None:
    """What plain descent still has to learn of all tokens, by how frequent they are."""
    p = most_frequent(text, MOST_SYMBOLS)[1]
    fit = fit_of(tuple(p), "gradient", rate, len(STEPS) * 4)
    quarters = np.array_split(np.argsort(-p, kind="stable"), len(BANDS))
    shares = kl_by_symbol(p, fit.snapshots)
    rows, now = [], {}
    for name, quarter in zip(BANDS, quarters, strict=True):
        error = np.sqrt(shares[:, quarter].sum(axis=1))
        if error[0] < SMALLEST:
            continue
        for i in _thinned(len(fit.kept)):
            rows.append((int(fit.kept[i]), name, max(error[i] / error[0], 1e-6)))
        now[name] = error[np.flatnonzero(fit.kept <= step)[-1]] / error[0]
    if not rows:
        return
    table = pd.DataFrame(rows, columns=["step", "band", "left"])
    (first, *_, last) = (*now, *now)
    finding = f"At step {step:,} the {first} has {now[first]:.1%} of its error left, the {last} {now[last]:.1%}"
    show_chart(
        charts.stall(table, names=list(BANDS), step=step, title=finding),
        table,
        key="stall",
        alt=f"{finding}.",
        width="stretch",
    )
    st.caption(
        f"Plain gradient descent at rate {rate:g} on {len(p):,} tokens. The error is the square root of the tokens’ "
        "share of KL. Rare tokens have little curvature: the gradient hardly feels them."
    )


def _boltzmann(view: View, symbols: list[str], theta: Floats) -> None:
    """The same fit read as energies in equilibrium."""
    if not view.lens.boltzmann:
        return
    F = -float(np.log(np.exp(theta - theta.max()).sum()) + theta.max())
    S = float(bits_to_nats(entropy(softmax(theta))))
    lowest = int(theta.argmax())
    st.caption(
        f"Boltzmann reads θ = −E/T at T = 1: the ground state is {_spoken(symbols[lowest])} with E = "
        f"{-theta[lowest] + 0.0:.3f} nats, F = −ln Z = {F + 0.0:.3f} nats, S = {S:.3f} nats, "
        f"U = F + S = {F + S:.3f} nats."
    )


def _price_formula(view: View, p: Floats, q: Floats) -> str:
    H, KL = (view.lens.scale(float(x)) for x in (entropy(p), kl_divergence(p, q)))
    log = r"\log_2" if view.lens.shannon else r"\ln"
    return rf"H(p, q) = -\sum_i p_i {log} q_i = H(p) + \mathrm{{KL}}(p\|q) = {H:.4f} + {KL:.4f} = {H + KL:.4f}"


def _advance_if_playing() -> None:
    """One step further, each time that the picture draws itself."""
    if st.session_state.get("fit_playing", False):
        _next_step()


def _next_step() -> None:
    at = st.session_state.get("step", STEPS[0])
    later = [step for step in STEPS if step > at]
    if later:
        st.session_state["step"] = later[0]
    if len(later) <= 1:
        st.session_state["fit_playing"] = False


def _toggle_play(step: int) -> None:
    playing = not st.session_state.get("fit_playing", False)
    st.session_state["fit_playing"] = playing
    if playing and step == STEPS[-1]:
        st.session_state["step"] = STEPS[0]


def _thinned(n: int) -> list[int]:
    """Up to about 60 places of 0 ... n - 1, dense at the start."""
    return sorted({0, *np.geomspace(1, max(n, 2), 60).round().astype(int).clip(1, n).tolist(), n} - {n})


def _spoken(symbol: str) -> str:
    """A token's name within a sentence; its line breaks stay visible."""
    return plain(symbol.replace("⏎", "↵"))


def _number(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _short(text: str, n: int) -> str:
    return text if len(text) <= n else text[: n - 1] + "…"


def _lossless(view: View) -> bool:
    """Whether tokens have a price in bytes; says so where they have none, or where the text is too short."""
    if not SCHEMES[view.scheme].lossless:
        st.info(
            f"{SCHEMES[view.scheme].title} does not give the text back, so its prices do not compare. Choose another "
            "alphabet on the left."
        )
        return False
    if len(view.corpus.text) < 2:
        st.info("A text of one character cannot be split into a part to learn from and a part to be judged on.")
        return False
    return True


def _bounded(corpus: Corpus) -> Corpus:
    """The corpus, or the first part of a long one, and a sentence that says so."""
    if len(corpus.data) <= MOST_BYTES:
        return corpus
    st.caption(f"The first {MOST_BYTES:,} of {len(corpus.data):,} bytes take part here.")
    return first_bytes(corpus, MOST_BYTES)
