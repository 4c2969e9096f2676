"""A transformer learns this very text, live: gibberish becomes language as one number falls."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ladder.charts import training as charts
from ladder.math import SCHEMES
from ladder.statistics import Settings, Transformer
from ladder.ui import knobs
from ladder.ui.explain import explain
from ladder.ui.jobs import pool, run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, lossless
from ladder.ui.tokens import plain, visible
from ladder.ui.trainings import Curve, Live, Trained, Wanted, checkpoint_step, learn, lines_to_beat, name_of
from ladder.ui.view import View

PLAIN, MEMORY = "plain", "memory"
FORMS = {PLAIN: "plain", MEMORY: "with a memory of phrases"}
STEPS = (100, 200, 500, 1000, 2000, 4000, 8000)
RATES = ("usual", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "1")
DECAYS = ("0", "0.1", "1", "10")
WIDTHS = (32, 64, 96, 128)


@st.fragment
def transformer_panel(view: View) -> None:
    """The training of a transformer, with its curve, what it writes, and what it pays in the end."""
    wanted = wanted_of(view)
    if wanted is None:
        return
    beaten = lines_to_beat(wanted.corpus, wanted.scheme, wanted.vocabulary_size)
    kept = checkpoint_step(wanted.path)
    label = "Train it" if kept is None else f"Go on from step {kept:,}, which is kept"
    if kept is not None and kept >= wanted.settings.steps:
        label = "Fetch it: this very training is kept"

    def draw(live: Live) -> None:
        show_live(view, live, beaten, wanted.settings.steps)

    trained = run_job(
        wanted.key,
        "Training the transformer",
        lambda progress: learn(wanted, progress),
        start_label=label,
        stop_label="Stop here and keep it",
        draw=draw,
    )
    if trained is None:
        st.caption(
            "It reads stretches of the text, says what comes next, and is moved a little towards what does come next, "
            "again and again. What it has learned is kept on this server: a reload or a restart loses nothing."
        )
        _explain(view, wanted, None, beaten)
        return
    show_trained(view, trained, beaten)
    if trained.done < trained.planned and st.button(f"Go on to step {trained.planned:,}", key="tgoon"):
        pool().forget(lambda job: job.key == wanted.key)
        st.rerun(scope="fragment")
    _explain(view, wanted, trained, beaten)


def wanted_of(view: View) -> Wanted | None:
    """The training that the knobs ask for; None, with a sentence, where this text or alphabet has none."""
    left, right = st.columns([3, 2])
    with left:
        form = knobs.choice("tform", "Form", FORMS, MEMORY)
    with right:
        steps = knobs.slider_of("tsteps", "Steps", STEPS, 1000)
    with st.expander("How it learns"):
        left, right = st.columns(2)
        with left:
            rate = knobs.choice("trate", "Learning rate", RATES, "usual", in_a_row=False)
            width = knobs.slider_of("twidth", "Width d", WIDTHS, 64)
            seed = knobs.number("tseed", "Seed", 0, 9999, 0)
        with right:
            decay = knobs.choice("tdecay", "Weight decay", DECAYS, "0.1", in_a_row=False)
            layers = knobs.slider("tlayers", "Layers", 1, 4, 2)
            stop_early = knobs.toggle("tstop", "Watch a part kept aside, and keep the weights that it liked best", True)
    if not lossless(view):
        return None
    # The memory of phrases does what a larger alphabet does, and on bytes it does it better.
    scheme = "bytes" if form == MEMORY else view.scheme
    if scheme != view.scheme:
        st.caption("With the memory it reads bytes, whatever the alphabet of the page: the memory finds the words.")
    settings = Settings.usual(
        memory=form == MEMORY,
        steps=steps,
        width=width,
        layers=layers,
        weight_decay=float(decay),
        seed=int(seed),
        **({} if rate == "usual" else {"rate": float(rate)}),
    )
    return Wanted(name_of(view.whole), bounded(view.corpus), scheme, view.vocabulary_size, settings, stop_early)


def show_live(view: View, live: Live, beaten: dict[str, float], planned: int) -> None:
    """The curve so far, and what the model writes now."""
    left, right = st.columns([3, 2])
    with left:
        price = (live.curve.validation or live.curve.train)[-1]
        finding = f"Step {live.curve.steps[-1]:,}: {view.lens.amount(price, per='byte')}"
        _show_curve(view, live.curve, beaten, planned, finding, "transformer-live")
    with right:
        _show_text(f"What it writes at step {live.curve.steps[-1]:,}", live.text)


def show_trained(view: View, trained: Trained, beaten: dict[str, float]) -> None:
    """What the training has come to."""
    if trained.note:
        st.info(trained.note)
    name, least = min(beaten.items(), key=lambda line: line[1])
    gap = trained.bits_per_byte - beaten[next(iter(beaten))]
    counted = next(iter(beaten))
    finding = (
        f"{view.lens.amount(trained.bits_per_byte, per='byte')} on the held-out part, "
        + ("less" if gap < 0 else "more")
        + f" than {counted}"
    )
    left, right = st.columns([3, 2])
    with left:
        _show_curve(view, trained.curve, beaten, trained.planned, finding, "transformer")
    with right:
        _show_text(f"What it writes after step {trained.best:,}", trained.text)
        st.caption(
            f"{trained.model.n_parameters:,} weights, {trained.model.size_bytes:,} bytes in half precision. "
            f"{trained.done:,} steps; {trained.seconds:,.0f} s of this sitting."
        )
        if trained.best < trained.done:
            st.caption(
                f"The validation part liked step {trained.best:,} best, and those weights are kept: what came after "
                "learned the text by heart."
            )
    st.caption(
        f"The held-out part was priced once, at the end. {counted} counts for a second or so; {name} pays "
        f"{view.lens.amount(least, per='byte')}, and a compressor goes on learning while it reads."
    )


def _show_curve(view: View, curve: Curve, beaten: dict[str, float], planned: int, finding: str, key: str) -> None:
    parts = [(charts.TRAIN, curve.train), (charts.VALIDATION, curve.validation)]
    rows = [
        (step, part, view.lens.scale(price))
        for part, prices in parts
        for step, price in zip(curve.steps, prices, strict=False)
    ]
    table = pd.DataFrame(rows, columns=["step", "part", "price"])
    rules = pd.DataFrame([(name, view.lens.scale(bits)) for name, bits in beaten.items()], columns=["name", "price"])
    show_chart(
        charts.falling(table, rules, planned=planned, title=finding, unit=view.lens.unit),
        table,
        key=key,
        alt=f"{finding}. Lines to beat: "
        + ", ".join(f"{row.name} {row.price:.3f}" for row in rules.itertuples(index=False))
        + f" {view.lens.unit} per byte.",
        width="stretch",
    )


def _show_text(title: str, text: str) -> None:
    st.markdown(f"**{plain(title)}**")
    st.code(visible(text), language=None, wrap_lines=True)


def _explain(view: View, wanted: Wanted, trained: Trained | None, beaten: dict[str, float]) -> None:
    source: list[Callable[..., object]] = [Transformer._layer]
    if trained is not None:  # then PyTorch is there
        from ladder.statistics.training import Training

        source.append(Training.step)
    counted, bits = next(iter(beaten.items()))
    paid = (
        rf"\frac{{1}}{{\text{{bytes}}}} \sum_t -{view.lens.tex_log}\, q(x_t \mid x_{{<t}}) = "
        + view.lens.tex(trained.bits_per_byte, per="byte")
        if trained is not None
        else rf"w \leftarrow w - \eta\, \nabla_w \big({{-\log q(x_t \mid x_{{<t}})}}\big), \qquad "
        rf"\eta \le {wanted.settings.rate:g}"
    )
    alphabet = SCHEMES[wanted.scheme].title
    explain(
        "transformer",
        formula=paid,
        source=source,
        question=f"{counted} counts phrases for a second. How long must a network learn to be as good?",
        answer=(
            f"{counted} pays {view.lens.amount(bits, per='byte')}; this network, over {alphabet}, pays "
            f"{view.lens.amount(trained.bits_per_byte, per='byte')} after {trained.done:,} steps and "
            f"{trained.seconds:,.0f} s in this sitting."
            if trained is not None
            else f"Train it, and see when its curve crosses {view.lens.amount(bits, per='byte')}."
        ),
    )
