import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.statistics.ngram import NGram
from ladder.statistics.passages import occurrences

texts = st.lists(st.integers(0, 2), min_size=1, max_size=50).map(lambda ids: np.array(ids, dtype=np.int32))


@given(texts, st.lists(st.integers(0, 3), max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_place_where_the_text_goes_on_is_found(ids, gram):
    k = len(gram)
    expected = [t for t in range(k, len(ids)) if ids[t - k : t].tolist() == gram]
    assert occurrences(ids, gram).tolist() == expected


def test_what_a_model_matched_stands_in_the_text():
    ids = np.array([0, 1, 2, 3, 0, 2, 1])
    model = NGram.fit(ids, 5, order=4)
    context = [3, 3, 0]
    m = model.matched(context)
    assert m == 2
    assert occurrences(ids, context[-m:]).tolist() == [5]
