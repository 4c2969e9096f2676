"""The store of uploads that all sessions of this server share."""

import streamlit as st

from ladder.reality import Corpus, Store

DAYS_KEPT = 30  # since the last use


@st.cache_resource(show_spinner=False)
def shelf() -> Store:
    """The store, in the folder and the database that the settings name, without what nobody has read for long."""
    store = Store()
    store.expire(days=DAYS_KEPT)
    return store


def keep(corpus: Corpus) -> str:
    """Put a corpus on the shelf; what comes back is its address, for `?corpus=`."""
    return shelf().put(corpus)


def climb_with(reference: str) -> None:
    """Choose the corpus of that name or address, whole: another text has other documents, so no slice goes along."""
    st.session_state["reference"] = st.query_params["corpus"] = reference
    st.session_state.update({"docs": "", "from": 0, "to": 100})
