"""The next token's distribution as a body that is heated: F, U, S and C over T."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import probability as charts
from ladder.charts.measure import lines_of
from ladder.lenses import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.probability import energies, slopes, thermodynamics
from ladder.probability.thermodynamics import Thermodynamics
from ladder.ui.asked import ask, checks, temperature_knob
from ladder.ui.explain import explain
from ladder.ui.phases import draw_phases
from ladder.ui.show import show_chart
from ladder.ui.view import View

TEMPERATURES = np.geomspace(0.05, 5, 141)
SMALLEST_Z = 1e-3  # of the curve: near T = 0 it falls without end


@st.fragment
def temperature_panel(view: View) -> None:
    """The next token's distribution as a body that is heated."""
    asked = ask(view)
    if asked is None:
        return
    T = temperature_knob()
    E = energies(asked.model.logits(asked.context))
    curve, here = thermodynamics(E, T=TEMPERATURES), thermodynamics(E, T=T)
    unit, per_nat = view.lens.unit, per_nat_of(view)
    draw_body(view, curve, here)
    U, TS, F = here.U * per_nat, T * here.S * per_nat, here.F * per_nat
    _partition(curve.Z, float(here.Z), T, len(E))
    st.caption(
        f"Energies are E = −{view.lens.log} q of the model’s next-token distribution, k = 1; amounts in {unit}. "
        f"At T = 1 the body "
        "is the model itself: Z = 1, F = 0, U = S."
    )
    slope = slopes(E, T=T)
    checks(
        [
            ("F = U − TS", F, U - TS),
            ("−S = dF/dT", -here.S * per_nat, slope.dF_dT * per_nat),
            ("C = Var(E)/T² = dU/dT", here.C * per_nat, slope.dU_dT * per_nat),
            ("C = Var(E)/T² = T dS/dT", here.C * per_nat, slope.T_dS_dT * per_nat),
        ]
    )
    st.caption(f"In {unit}. Derivatives are fourth-order finite differences of the curves, a second route to S and C.")
    draw_phases(view, asked)
    per_bit = r"\tfrac{1}{\ln 2} " if view.lens.shannon else ""
    explain(
        "temperature",
        formula=rf"""\begin{{aligned}}
Z &= \textstyle\sum_i e^{{-E_i/T}} = {here.Z:.5g} \\
F &= -T {view.lens.tex_log} Z = {F:z.4f}\ \text{{{unit}}} \\
U - TS &= {U:z.4f} - {T:g} \cdot {here.S * per_nat:z.4f} = {U - TS:z.4f} \\
C &= {per_bit}\mathrm{{Var}}(E)/T^2 = {here.C * per_nat:z.4f}
\end{{aligned}}""",
        source=[thermodynamics, slopes],
        question="Where does S end as T grows without bound, and where as T falls to 0?",
        answer=f"At infinite T all {len(E):,} tokens are alike: S = {view.lens.log} {len(E):,} = "
        f"{view.lens.amount(float(np.log2(len(E))))}. At 0 "
        f"only the likeliest is left, and S = 0, or {view.lens.log} g where g tokens tie.",
    )


def per_nat_of(view: View) -> float:
    """How many of the lens' units a nat is."""
    return float(nats_to_bits(1)) if view.lens.shannon else 1.0


def draw_body(view: View, curve: Thermodynamics, here: Thermodynamics, *, prefix: str = "") -> None:
    """F, U and TS, and S and C, over T; the temperature in force is marked."""
    unit, per_nat, T = view.lens.unit, per_nat_of(view), float(here.T)
    peak = int(curve.C.argmax())
    left, right = st.columns(2)
    with left:
        table = _long(("F", "U", "TS"), (curve.F, curve.U, TEMPERATURES * curve.S), per_nat)
        marks = _marks(("F", "U", "TS"), (here.F, here.U, T * here.S), T, per_nat)
        U, TS, F = here.U * per_nat, T * here.S * per_nat, here.F * per_nat
        finding = f"At T = {T:g}: U = {U:.2f}, TS = {TS:.2f}, and F = {F:z.2f} {unit} is left"
        show_chart(
            charts.curves(table, marks, names=["F", "U", "TS"], title=finding, unit=unit, T=T),
            table,
            key=f"{prefix}free-energy",
            alt=f"{finding}. F falls with temperature, U rises; F = U - TS throughout.",
            width="stretch",
        )
    with right:
        table = _long(("S", "C"), (curve.S, curve.C), per_nat)
        marks = _marks(("S", "C"), (here.S, here.C), T, per_nat)
        top = {"T": TEMPERATURES[peak], "quantity": "C", "amount": curve.C[peak] * per_nat, "note": "peak of C"}
        marks = pd.concat([marks, pd.DataFrame([top])], ignore_index=True)
        finding = f"The heat capacity peaks at T = {TEMPERATURES[peak]:.2f}: there the knob changes the text most"
        show_chart(
            charts.curves(table, marks, names=["S", "C"], title=finding, unit=unit, T=T),
            table,
            key=f"{prefix}heat-capacity",
            alt=f"{finding}. Entropy is {here.S * per_nat:.3f} {unit} at T = {T:g} and "
            "grows until all tokens are alike.",
            width="stretch",
        )


def _partition(Z: Floats, here: float, T: float, V: int) -> None:
    table = pd.DataFrame({"x": TEMPERATURES, "line": "Z", "amount": Z})[Z >= SMALLEST_Z]
    finding = f"Z = {here:.4g} at T = {T:g}: 1 at T = 1, and {V:,} at most, where all tokens are alike"
    chart = lines_of(table, names=["Z"], title=finding, x="T", y="Z", log_x=True, log_y=True, marked=T, level=1)
    show_chart(chart, table, key="partition", alt=f"{finding}. Z grows with temperature throughout.", width="stretch")


def _long(names: Sequence[str], columns: Sequence[Floats], per_nat: float) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame({"T": TEMPERATURES, "quantity": name, "amount": column * per_nat})
        for name, column in zip(names, columns, strict=True)
    )


def _marks(names: Sequence[str], values: Sequence[Floats], T: float, per_nat: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"T": T, "quantity": name, "amount": value * per_nat, "note": ""}
            for name, value in zip(names, values, strict=True)
        ]
    )
