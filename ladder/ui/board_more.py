"""What joins the leaderboard later: models that read bytes for long, the transformer, the price of the whole text."""

from ladder.math import Encoding, encode
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus
from ladder.statistics.leaderboard import ADAPTIVE, MOST_ADAPTIVE, Board, lines_of_bytes, whole_adaptive
from ladder.statistics.with_net import Net, net_lines
from ladder.ui.cache import identity, split_of, train_and_held_out
from ladder.ui.jobs import Progress, run_job
from ladder.ui.train_first import train_first
from ladder.ui.trainings import own_transformer
from ladder.ui.view import View

AT_ONCE = 400_000  # bytes: the whole of a longer text is read by the adaptive mixture when somebody asks for it


def with_lines_of_bytes(corpus: Corpus, board: Board) -> Board:
    """The board with the two that read bytes for long, by one job for all alphabets; until it is over, the board."""
    if len(corpus.data) > MOST_ADAPTIVE:
        return board

    def work(progress: Progress) -> Board:
        parts = split_of(corpus)
        return lines_of_bytes(_in_bytes(parts.train), _in_bytes(parts.held_out), progress=progress)

    title = "The product of chains and the adaptive mixture"
    lines = run_job(("leaderboard-bytes", identity(corpus)), title, work)
    return board if lines is None else board.with_lines_of(lines)


def with_transformer(view: View, corpus: Corpus, board: Board) -> Board:
    """The board and the lines of the transformer trained last on this text; until they are there, the board."""
    found = own_transformer(corpus, view.scheme, view.vocabulary_size)
    if found is None:
        train_first(
            "No transformer of this text is kept here. Train one in the panel Transformer, and it stands here, alone "
            "and mixed with the counts."
        )
        return board
    trained, alphabet = found
    net = Net(trained.model, trained.surprisals, trained.seconds_in_all, trained.n_aside)

    def work(progress: Progress) -> Board:
        train, held_out = train_and_held_out(corpus, alphabet.scheme, view.vocabulary_size)
        return net_lines(net, train, held_out, codebook_bits=codebook_bits(alphabet), progress=progress)

    lines = run_job(
        ("leaderboard-net", identity(corpus), alphabet.scheme, view.vocabulary_size, trained.name),
        "The transformer’s lines",
        work,
    )
    return board if lines is None else board.with_lines_of(lines)


def with_whole_adaptive(corpus: Corpus, board: Board) -> Board:
    """The board with the adaptive mixture's price of the whole text; without it until it is there."""
    if not (board.table["kind"] == ADAPTIVE).any():
        return board
    price = run_job(
        ("leaderboard-whole", identity(corpus)),
        "The whole text under the adaptive mixture",
        lambda progress: _whole(corpus, board, progress),
        start_label=None if len(corpus.data) <= AT_ONCE else "Price the whole text under the adaptive mixture too",
    )
    return board if price is None else board.with_whole(ADAPTIVE, price)


def _whole(corpus: Corpus, board: Board, progress: Progress) -> float:
    parts = split_of(corpus)
    train, held_out = _in_bytes(parts.train), _in_bytes(parts.held_out)
    return whole_adaptive(board, train, held_out, progress=lambda share: progress(share, "reading it from nothing"))


def _in_bytes(text: str) -> Encoding:
    return encode(text, "bytes")
