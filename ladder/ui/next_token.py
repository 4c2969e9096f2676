"""From logits to one token: before and after temperature and cuts, and what they cost."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import probability as charts
from ladder.lenses import bits_to_nats, entropy, kl_divergence, nats_to_bits, surprisal
from ladder.lenses.simplex import Floats
from ladder.probability import NextDistribution, draw_one, energies, next_distribution, penalised, thermodynamics
from ladder.ui.asked import Asked, Settings, ask, checks, label_of, labels_of, settings_knobs
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

SHORTEST = 0.04  # of a column: the bar of the lowest logit
SHOWN = 18  # tokens in the bars, at least
SHOWN_CUT = 3  # of those that were cut


@st.fragment
def next_token_panel(view: View) -> None:
    """From logits to one token, step by step."""
    asked = ask(view)
    if asked is None:
        return
    settings, seed = settings_knobs()
    logits = asked.model.logits(asked.context)
    q = next_distribution(logits, **settings._asdict(), seen=asked.context)
    hit = draw_one(q.p, np.random.default_rng(seed))
    rows = shown_tokens(q, hit.id, asked.real)
    bent = penalised(logits, asked.context, penalty=settings.repetition_penalty or 1)
    table = _token_table(asked, q, logits, bent / settings.temperature, rows, hit.id)

    n_kept, leader = int(q.kept.sum()), int(q.p.argmax())
    cut = (
        "nothing is cut"
        if q.kept_mass == 1
        else f"{n_kept:,} of {len(q.p):,} tokens are kept, which costs {view.lens.amount(q.cost_bits)}"
    )
    finding = f"“{label_of(asked.vocabulary[leader])}” leads with {q.p[leader]:.1%}; {cut}"
    changed = settings.temperature != 1 or settings.repetition_penalty is not None or q.kept_mass < 1
    show_chart(
        charts.next_token_bars(table, title=finding, changed=changed),
        table,
        key="next-token",
        alt=f"{finding}. Likeliest: "
        + ", ".join(f"{row.token} {row.p:.2%}" for row in table.head(5).itertuples())
        + ".",
        width="stretch",
    )
    legend = ["Blue: what is drawn from."]
    legend += ["Orange tick: the model’s own belief."] if changed else []
    legend += ["Grey: cut."] if q.kept_mass < 1 else []
    legend += ["◀ real: the token that really follows."] if asked.real is not None else []
    rest = 1 - table["p"].sum()
    if len(q.p) > len(table):
        legend.append(f"The {len(q.p) - len(table):,} tokens not shown hold {max(rest, 0):.2%}.")
    st.caption(" ".join(legend))

    st.markdown(
        f"**Seed {seed} draws “{plain(label_of(asked.vocabulary[hit.id]))}”**: the needle fell on u = {hit.u:.4f}. "
        f"Its surprise: {view.lens.amount(float(surprisal(q.before[hit.id])))} under the model, "
        f"{view.lens.amount(float(surprisal(q.p[hit.id])))} under what it was drawn from."
    )
    _five_steps(table, settings, hit.u)
    _body(view, q, energies(bent), settings.temperature)
    explain(
        "next-token",
        formula=_next_formula(view, q, settings),
        source=[next_distribution, draw_one],
        question="Top-p = 0.9 keeps at least 90 % of the mass. What can this cut cost at most, whatever the "
        "model and the prompt?",
        answer=f"−{view.lens.log} 0.9 = {view.lens.amount(float(surprisal(0.9)))} a token: the price depends on "
        f"the kept mass alone. "
        "Top-k has no such bound: where the model is unsure, k tokens may hold little.",
    )


def shown_tokens(q: NextDistribution, drawn: int, real: int | None) -> list[int]:
    """The likeliest tokens, the likeliest that were cut, the drawn and the real one, in order of the model's belief."""
    order = np.argsort(-q.before, kind="stable")
    chosen = {*order[:SHOWN].tolist(), *order[~q.kept[order]][:SHOWN_CUT].tolist(), drawn, real}
    return [i for i in order.tolist() if i in chosen]


def _token_table(
    asked: Asked, q: NextDistribution, logits: Floats, over_T: Floats, rows: Sequence[int], drawn: int
) -> pd.DataFrame:
    stops = np.cumsum(q.p)
    return pd.DataFrame(
        {
            "token": labels_of(asked.vocabulary, rows),
            "id": rows,
            "logit": logits[rows],
            "over_T": over_T[rows],
            "before": q.before[rows],
            "tempered": q.tempered[rows],
            "p": q.p[rows],
            "kept": q.kept[rows],
            "start": stops[rows] - q.p[rows],
            "stop": stops[rows],
            "drawn": [i == drawn for i in rows],
            "real": [i == asked.real for i in rows],
        }
    )


def _five_steps(table: pd.DataFrame, settings: Settings, u: float) -> None:
    """Five pictures in a row that change together."""
    T = settings.temperature
    drawn = table.loc[table["drawn"], "token"].iloc[0]
    steps = five_steps(table)
    said = (
        f"The {len(table)} tokens in five steps: logits, divided by T = {T:g}, softmax, "
        f"{int(table['kept'].sum())} left after the cuts, and each one's stretch of the unit interval: "
        f"the needle at u = {u:.4f} falls into that of {drawn}"
    )
    chart = charts.five_steps(steps, u, T=T, title=f"From logits to “{drawn}” in five steps")
    show_chart(chart, steps, key="five-steps", alt=said + ".", width="stretch")


def five_steps(table: pd.DataFrame) -> pd.DataFrame:
    """One row a token and step: where its mark begins and ends, each step on [0, 1], and the amount it stands for."""
    below = table[["logit", "over_T"]] - table[["logit", "over_T"]].max()
    # Both on one scale, so that T is seen at work; a logit of -inf has no place on it.
    deepest = max(float(-below.replace(-np.inf, np.nan).min().min()), 1e-9)
    highest = max(table["tempered"].max(), table["p"].max())
    ends = {name: SHORTEST + (1 - SHORTEST) * (1 + below[name] / deepest) for name in ("logit", "over_T")}
    ends |= {"tempered": table["tempered"] / highest}
    ends |= {"p": np.where(table["kept"], table["p"], table["tempered"]) / highest}
    names, drawn = table[["token", "id"]], table["drawn"]
    steps = [
        names.assign(step=step, begin=0.0, end=end, amount=table[name], grey=~table["kept"] & (step > 3), drawn=drawn)
        for step, (name, end) in enumerate(ends.items(), start=1)
    ]
    last = {"begin": table["start"], "end": table["stop"], "amount": table["p"]}
    steps.append(names.assign(step=5, **last, grey=False, drawn=drawn))
    return pd.concat(steps)


def _body(view: View, q: NextDistribution, E: Floats, T: float) -> None:
    """The three distributions side by side, as choices and as bodies, and identities by two routes each.

    E are the energies after the penalty: (V,) in nats.
    """
    bodies = {
        "model, T = 1": thermodynamics(bits_to_nats(surprisal(q.before)), T=1.0),
        f"at T = {T:g}": thermodynamics(E, T=T),
        "drawn from": thermodynamics(np.where(q.kept, E, np.inf), T=T),
    }
    unit, per_nat = view.lens.unit, float(nats_to_bits(1)) if view.lens.shannon else 1.0
    rows: dict[str, list[str]] = {}
    if view.lens.shannon:
        rows["H, entropy in bits"] = [f"{entropy(p):z.4f}" for p in (q.before, q.tempered, q.p)]
    if view.lens.boltzmann:
        rows["S, entropy in nats"] = [f"{body.S:z.4f}" for body in bodies.values()]
    rows["as many equal choices as"] = [f"{np.exp(body.S):,.1f}" for body in bodies.values()]
    rows["tokens that can come"] = [f"{np.count_nonzero(p):,}" for p in (q.before, q.tempered, q.p)]
    rows["Z, partition function"] = [f"{body.Z:.4g}" for body in bodies.values()]
    for name, words in (("F", "free energy"), ("U", "energy"), ("C", "heat capacity")):
        rows[f"{name}, {words} in {unit}"] = [f"{getattr(body, name) * per_nat:z.4f}" for body in bodies.values()]
    st.table(pd.DataFrame(rows, index=list(bodies)).T)
    _, tempered, cut = bodies.values()
    log, scale = view.lens.log, view.lens.scale
    paid, same = scale(q.cost_bits), "S / ln 2 = H" if view.lens.shannon else "S = H ln 2"
    checks(
        [
            (
                f"price of the cut: −{log}(kept mass) = KL(p ‖ q_T), {unit}",
                paid,
                scale(float(kl_divergence(q.p, q.tempered))),
            ),
            (f"the same as free energy: (F_cut − F)/T, {unit}", paid, (cut.F - tempered.F) / T * per_nat),
            (f"F = −T {log} Z = U − TS, {unit}", tempered.F * per_nat, (tempered.U - T * tempered.S) * per_nat),
            (f"{same}, {unit}", tempered.S * per_nat, scale(float(entropy(q.tempered)))),
        ]
    )


def _next_formula(view: View, q: NextDistribution, settings: Settings) -> str:
    T = settings.temperature
    cuts = [
        f"{name} = {value:g}"
        for name, value in (
            (r"\text{top-}k", settings.top_k),
            (r"\text{top-}p", settings.top_p),
            (r"\text{min-}p", settings.min_p),
            (r"\text{typical }p", settings.typical_p),
        )
        if value is not None
    ] or [r"\text{no cut}"]
    r = settings.repetition_penalty
    bent = "" if r is None else rf"z_i &\leftarrow {r:g}\, z_i \ \text{{ where }} i \text{{ came before}} \\" + "\n"
    return rf"""\begin{{aligned}}
{bent}q_T(i) &= \frac{{e^{{z_i / {T:g}}}}}{{\sum_j e^{{z_j / {T:g}}}}} \\
p(i) &= q_T(i) / m \ \text{{ where kept:}}\ {", ".join(cuts)} \\
m &= {q.kept_mass:.6f} \\
\mathrm{{KL}}(p \,\|\, q_T) &= -{view.lens.tex_log} m = {view.lens.tex(q.cost_bits, digits=6)}
\end{{aligned}}"""
