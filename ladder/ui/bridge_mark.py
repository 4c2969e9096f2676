"""The ledger as a job that all sessions share, and the small mark that it leaves on every rung's page."""

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ladder.math import SCHEMES
from ladder.reality import Corpus, take
from ladder.rungs import Rung
from ladder.ui.cache import identity, shared, train_and_held_out
from ladder.ui.jobs import Job, Progress, owner, poll_seconds, pool, run_job
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.bridge import Context, Identity

READ_MOST = 1_000_000  # characters
DEFAULT_T = 0.8
POLL_SECONDS = 1.0


def part_read(corpus: Corpus) -> Corpus:
    """What the ledger reads of a corpus: no more than a million characters."""
    n = len(corpus.text)
    return corpus if n <= READ_MOST else take(corpus, stop=READ_MOST / n)


def scheme_read(view: View) -> str:
    """The alphabet that the ledger reads the text in: the chosen one, or BPE where that one is lossy."""
    return view.scheme if SCHEMES[view.scheme].lossless else "bpe"


@shared(max_entries=8)
def context_of(corpus: Corpus, scheme: str, vocabulary_size: int, T: float) -> "Context":
    """The fitted context of a text."""
    from ladder.bridge import Context  # the first paint need not wait for all five rungs

    if len(corpus.text) < 2:
        return Context(corpus, None, None, T)
    return Context(corpus, *train_and_held_out(corpus, scheme, vocabulary_size), T)


def ledger_of(view: View, T: float) -> "tuple[Identity, ...] | None":
    """The ledger once it is there; until then its progress is drawn."""
    return run_job(_key(view, T), "The ledger", lambda progress: _work(view, T, progress))


def draw_mark(view: View, rung: Rung, page: StreamlitPage) -> None:
    """Which identities live on this rung and whether they hold; never waits, and asks only when the queue is idle."""
    job = pool().find(_key(view, DEFAULT_T))
    climb = pool().find(("waterfall", identity(view.corpus), view.scheme, view.vocabulary_size))
    if job is None and climb is not None and climb.over:
        job = pool().submit(
            _key(view, DEFAULT_T), "The ledger", lambda progress: _work(view, DEFAULT_T, progress), owner()
        )
    if job is None:
        return
    if job.over:
        _show(job, rung, page)
    else:
        st.fragment(_watch, run_every=poll_seconds(POLL_SECONDS))(job, rung, page)


def _watch(job: Job, rung: Rung, page: StreamlitPage) -> None:
    if job.over:
        st.rerun()
    pool().watch(job, owner())
    st.caption("🌉 The identities of this rung are being checked …")


def _show(job: Job, rung: Rung, page: StreamlitPage) -> None:
    if job.state != "done":
        return
    here = [row for row in job.result if row.page == rung]
    applying = [row for row in here if row.applies]
    good = sum(row.holds is True for row in applying)
    verdict = f"all {good} identities of this rung hold" if good else "no identity of this rung applies to this text"
    if len(applying) == good == 1:
        verdict = "the one identity of this rung that applies holds"
    if good < len(applying):
        verdict = f"⚠️ {len(applying) - good} of {len(applying)} identities of this rung fail"
    with st.popover(f"🌉 {verdict}", key="bridge-mark", type="tertiary"):
        for row in here:
            st.markdown(f"{mark_of(row)} {row.name}" + (f": {row.why_not}" if not row.applies else ""))
        st.page_link(page, label="All of them, with their numbers")


def mark_of(row: "Identity") -> str:
    """A sign for the verdict."""
    return {True: "✅", False: "❌", None: "➖"}[row.holds]


def _key(view: View, T: float) -> tuple:
    return "ledger", identity(view.corpus), scheme_read(view), view.vocabulary_size, T


def _work(view: View, T: float, progress: Progress) -> "tuple[Identity, ...]":
    from ladder.bridge.identity import proved
    from ladder.bridge.ledger import CHECKS

    progress(0.0, "fitting")
    context = context_of(part_read(view.corpus), scheme_read(view), view.vocabulary_size, T)
    rows = []
    for done, check in enumerate(CHECKS):
        progress(0.2 + 0.8 * done / len(CHECKS), "checking")
        rows.append(proved(check(context)))
    return tuple(rows)  # and not the context: finished jobs are kept
