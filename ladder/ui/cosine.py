"""Is it cosine? The claim that began this project, taken apart on the user's own sentence."""

import streamlit as st

from ladder.ui import cosine_alike, cosine_attention, cosine_next, cosine_stored, knobs, spaces
from ladder.ui.attention import SENTENCE
from ladder.ui.tokens import plain
from ladder.ui.verdict import draw_verdict
from ladder.ui.view import View

CLAIM = (
    "Meaning is stored as weights; cosines between normalised vectors are compared with those of the prompt, "
    "to pick the next token."
)
PARTS = {"alike": "1 Alike?", "stored": "2 Stored?", "attention": "3 Attention?", "next": "4 Next token?"}
CLAIMS = {
    "alike": "1 · A token has a vector, and what is alike points alike.",
    "stored": "2 · The cosines of pairs are stored.",
    "attention": "3 · Attention compares by cosine.",
    "next": "4 · The next token is picked by cosine.",
    "own": "4 · … by the transformer trained on this text, too.",
}


@st.fragment
def cosine_panel(view: View) -> None:
    """Four parts of one claim, each with a verdict computed from the sentence, able to come out either way."""
    st.markdown(f"> {CLAIM}")
    sentence = knobs.text("sentence", "Sentence", SENTENCE, max_chars=2000)
    if not sentence.strip():
        st.info("A sentence needs at least one word. Type one.")
        return
    model = spaces.the_encoder()
    if model is not None:
        try:
            layers = spaces.layers_of_sentence(spaces.encoder_place(), sentence, model)
        except ValueError as refusal:
            st.info(plain(str(refusal)))
            return
        spaces.say_how_it_was_read(layers.tokens)
        alike, heads = cosine_alike.measured(sentence, model), cosine_attention.measured(sentence, layers)
        draw_verdict(CLAIMS["alike"], cosine_alike.verdict(alike))
        draw_verdict(CLAIMS["stored"], cosine_stored.verdict(cosine_stored.measured(spaces.encoder_place(), model)))
        draw_verdict(CLAIMS["attention"], cosine_attention.verdict(heads))
    following = cosine_next.measured(view, sentence)
    draw_verdict(CLAIMS["next"], cosine_next.verdict(view, following))
    own = cosine_next.measured_own(view, sentence)
    if own is not None:
        draw_verdict(CLAIMS["own"], cosine_next.verdict(view, own))
    part = knobs.choice("part", "Taken apart", PARTS, "alike", in_a_row=True)
    if part == "next":
        heard = cosine_next.choose(following, own)
        if heard is not None:
            cosine_next.draw(view, heard)
    elif model is not None:
        if part == "alike":
            cosine_alike.draw(alike, layers)
        elif part == "stored":
            cosine_stored.draw(view, layers, cosine_stored.measured(spaces.encoder_place(), model))
        else:
            cosine_attention.draw(heads, layers)
