"""What stands around every page: menu, corpus, slice, alphabet, lens and the waterfall.

`app.py` draws it with `draw_frame` and then runs the chosen page, whose first line asks for
the view with `open_rung`. Beside a folder named pages/, Streamlit runs the very first page of a
fresh server *without* app.py; `open_rung` notices and has it run again, framed.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ladder.math import SCHEMES
from ladder.reality import SAMPLES, Corpus, load_sample, take
from ladder.rungs import BRIDGE, CLASSROOM, PAGES, Rung
from ladder.ui import knobs
from ladder.ui.bridge_mark import draw_mark
from ladder.ui.cache import forget_results, readmit, shared
from ladder.ui.forget import forget_button
from ladder.ui.gate import ask_password, check_settings
from ladder.ui.home import home
from ladder.ui.lens import LENSES
from ladder.ui.prompt import answer_promptly, ask_nobody
from ladder.ui.shelf import climb_with, expire, keep, shelf, still_there
from ladder.ui.tokens import count, plain
from ladder.ui.uploads import own_text
from ladder.ui.view import View
from ladder.ui.watch import WATCH, start_watch
from ladder.ui.waterfall import draw_waterfall, start_climb

__all__ = ["View", "draw_frame", "keep", "link_to", "open_classroom", "open_rung", "pages", "panels"]

ROOT = Path(__file__).parents[2]
FIRST_SAMPLE = "hamlet"
VOCABULARY_SIZES = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192)
# Room for hex beside text and for five columns on a projector, where Streamlit's own margins take a fifth of it; and
# captions that can be read from the last row.
STYLE = """<style>@media (min-width:641px){
[data-testid="stMainBlockContainer"]{padding-left:2.2rem;padding-right:2.2rem}}
.stMarkdown [data-testid="stCaptionContainer"]{opacity:.8}</style>"""
MOST_DOCUMENTS = 1_000_000
DOCUMENT_RANGE = re.compile(r"(\d{1,9})\s*(?:-\s*(\d{1,9}))?")
# Settings that go along from page to page; all others belong to one page.
SHARED_KNOBS = ("corpus", "docs", "from", "to", "scheme", "vocab", "lens")

ON_ARRIVAL = "on-arrival"

Panel = Callable[[View], None]


def pages() -> dict[str, StreamlitPage]:
    """Home, the rungs from the ground up, the bridge and the classroom, by name, as Streamlit's pages."""
    menu = {"Home": st.Page(_home, title="The ladder", icon="🪜", default=True)}
    for rung in (*PAGES, CLASSROOM):
        menu[rung.name] = st.Page(ROOT / rung.page, title=rung.name, icon=rung.icon, url_path=rung.url)
    return menu


def draw_frame() -> None:
    """Draw what stands around the chosen page, and run it."""
    start_watch()
    ask_nobody()
    answer_promptly()
    menu = pages()
    page = st.navigation(list(menu.values()))
    rung = next((rung for rung in PAGES if menu[rung.name] == page), None)
    WATCH.opens("-")
    check_settings()
    ask_password()
    if page == menu[CLASSROOM.name]:
        st.session_state["framed"] = True
        page.run()
        return
    view = st.session_state["view"] = _surround(rung)
    try:
        page.run()
    finally:  # a page may stop early; what is drawn first must not wait for what is computed
        start_climb(view)


def open_rung(rung: Rung) -> View:
    """The view for a rung's page: the first line of every page."""
    view = st.session_state.pop("view", None)
    if view is None:  # app.py has not run
        _frame_first()
        view = _surround(rung)  # the page is run all by itself
        start_climb(view)
    st.markdown(f"##### {rung.question}")
    if rung != BRIDGE:
        draw_mark(view, rung, pages()[BRIDGE.name])
    return view


def open_classroom() -> None:
    """What stands around the page about the server: no text, but the same menu and the same password."""
    if not st.session_state.pop("framed", False):
        _frame_first()
    st.set_page_config(page_title=f"{CLASSROOM.name} · Ladder", page_icon="🪜", layout="wide")
    st.html(STYLE)


def _frame_first() -> None:
    """A page begins without app.py: have it run again, framed, or else guard the page by itself."""
    start_watch()
    if _runs_from_app():  # the first page of a fresh server: Streamlit does not know app.py's menu yet
        st.navigation(list(pages().values()), position="hidden")
        st.rerun()
    check_settings()
    ask_password()


def _surround(rung: Rung | None) -> View:
    """Draw knobs, title and waterfall; stop the script with one sentence where there is no text."""
    _arrive()
    st.set_page_config(page_title=f"{rung.name if rung else 'One text'} · Ladder", page_icon="🪜", layout="wide")
    st.html(STYLE)
    title, right = st.columns([3, 2], vertical_alignment="bottom")
    with right:
        lens = LENSES[knobs.choice("lens", "Lens", list(LENSES), "Shannon", label_visibility="collapsed")]
    with st.sidebar:
        reference = _choose_corpus()
        scheme, vocabulary_size = _choose_alphabet()
    try:
        expire()
        if reference not in SAMPLES:
            if still_there(reference):
                readmit(reference)
            else:
                forget_results(reference)  # another server may have forgotten it, or its time was over
        whole = corpus_of(reference)
        with st.sidebar:
            corpus = _choose_slice(whole, reference)
            forget_button(whole, reference, FIRST_SAMPLE)
    except (ValueError, KeyError) as refusal:
        st.warning(plain(str(refusal.args[0])))
        st.stop()
    with title:
        _draw_title(corpus, whole)
    view = View(corpus, whole, reference, scheme, vocabulary_size, lens)
    draw_waterfall(view, rung)
    return view


def _runs_from_app() -> bool:
    context = get_script_run_ctx()
    return context is not None and Path(context.main_script_path).name == "app.py"


def panels(view: View, choices: Mapping[str, tuple[str, Panel]]) -> None:
    """One of a page's panels, chosen by the knob `panel`; only that one runs."""
    labels = {key: title for key, (title, _) in choices.items()}
    chosen = knobs.choice("panel", "Panel", labels, next(iter(labels)), in_a_row=True, label_visibility="collapsed")
    WATCH.opens(chosen)
    choices[chosen][1](view)


def link_to(rung: Rung, **settings: str) -> None:
    """Go to a rung's page and set knobs there, by their keys; `corpus` chooses the text. The frame's go along."""
    # Not in the link: Streamlit refuses to set there what a knob of the page that one leaves is bound to.
    carried = {key: st.session_state[key] for key in SHARED_KNOBS if key in st.session_state}
    st.session_state[ON_ARRIVAL] = {**carried, **settings}
    st.switch_page(pages()[rung.name], query_params={})


def _arrive() -> None:
    """Set the knobs that `link_to` has asked for, before they are drawn."""
    settings = st.session_state.pop(ON_ARRIVAL, {})
    reference = settings.pop("corpus", None)
    st.session_state.update(settings)
    if reference is not None:
        climb_with(reference)


@shared(max_entries=24)
def corpus_of(reference: str) -> Corpus:
    """The corpus that a link names: a sample by its key, an upload by its address."""
    return load_sample(reference) if reference in SAMPLES else shelf().get(reference)


@shared(max_entries=24)
def slice_of(reference: str, documents: tuple[int, ...] | None, start: int, stop: int) -> Corpus:
    """The slice of a corpus between two percentages of the chosen documents."""
    return take(corpus_of(reference), documents=documents, start=start / 100, stop=stop / 100)


def document_numbers(text: str) -> tuple[int, ...] | None:
    """The positions that "1-3, 7" asks for, (0, 1, 2, 6); None, which is all, for an empty text.

    Raises ValueError for anything else.
    """
    numbers: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = DOCUMENT_RANGE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            raise ValueError(f"“{part[:30]}” is no document number: write numbers and ranges such as 1-3, 7.")
        if len(numbers) + last - first >= MOST_DOCUMENTS:
            raise ValueError(f"More than {MOST_DOCUMENTS:,} documents were asked for: write a shorter range.")
        numbers.extend(range(first - 1, last))
    return tuple(dict.fromkeys(numbers)) or None


def _home() -> None:
    home(st.session_state.pop("view"), pages())


def _choose_corpus() -> str:
    """The picker; the choice is the query parameter `corpus`, put back where Streamlit's menu drops it."""
    reference = st.query_params.get("corpus") or st.session_state.get("reference", FIRST_SAMPLE)
    if reference != st.query_params.get("corpus", FIRST_SAMPLE):
        st.query_params["corpus"] = reference
    st.session_state["reference"] = reference
    names = {key: sample.title for key, sample in SAMPLES.items()}
    if reference not in names:
        names[reference] = _title_of(reference)

    def choose() -> None:
        climb_with(st.session_state["corpus_picker"])

    st.session_state["corpus_picker"] = reference
    st.selectbox("Corpus", list(names), format_func=names.__getitem__, key="corpus_picker", on_change=choose)
    own_text()
    return reference


def _title_of(reference: str) -> str:
    try:
        return corpus_of(reference).name
    except (ValueError, KeyError):
        return "unknown text"


def _choose_alphabet() -> tuple[str, int]:
    titles = {key: scheme.title for key, scheme in SCHEMES.items()}
    scheme = knobs.choice("scheme", "Alphabet", titles, "bpe", in_a_row=False)
    vocabulary_size = knobs.slider_of("vocab", "BPE vocabulary", VOCABULARY_SIZES, 1024, disabled=scheme != "bpe")
    return scheme, vocabulary_size


def _choose_slice(whole: Corpus, reference: str) -> Corpus:
    """The knobs that cut the corpus, and what they leave of it."""
    with st.expander("Slice: what enters", expanded="docs" in st.query_params or "from" in st.query_params):
        chosen = knobs.text("docs", "Documents", placeholder="all, or for example 1-3, 7")
        st.caption(f"of {count(len(whole.documents), 'document')}")
        start = knobs.slider("from", "From (% of the text)", 0, 99, 0)
        stop = knobs.slider("to", "To (% of the text)", 1, 100, 100)
        return slice_of(reference, document_numbers(chosen), start, stop)


def _draw_title(corpus: Corpus, whole: Corpus) -> None:
    of = "" if len(corpus.data) == len(whole.data) else f" of {len(whole.data):,}"
    st.markdown(f"**{plain(corpus.name)}** · {len(corpus.data):,}{of} bytes")
    for note in corpus.notes:
        st.caption(plain(note))
