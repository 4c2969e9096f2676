"""A student without a browser: a websocket that speaks Streamlit's protobuf.

open page    -> rerun request -> messages -> script finished
turn a knob  -> rerun request with a widget's new value (in its fragment) -> messages -> finished
"""

import time
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

PATIENCE = 120  # seconds


class Student:
    """One session on one page."""

    def __init__(self, host: str, page: str = "", query: str = "") -> None:
        self.socket = connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        self.page, self.query = page, query
        self.page_hash = ""
        self.widgets: dict[str, WidgetState] = {}
        self.ids: dict[str, str] = {}  # a widget's key -> its id
        self.fragments: dict[str, str] = {}  # a widget's id -> its fragment
        self.exceptions = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()

    def open(self) -> float:
        """Seconds from asking for the page to the script's end."""
        request = BackMsg()
        request.rerun_script.page_name = self.page
        return self._run(request)

    def turn(self, key: str, **value: object) -> float:
        """Seconds from a knob's new value, such as double_array_value=[0.5], to the end of its fragment."""
        widget = WidgetState(id=self.ids[key])
        for field, content in value.items():
            if isinstance(content, list):
                getattr(widget, field).data.extend(content)
            else:
                setattr(widget, field, content)
        self.widgets[key] = widget
        request = BackMsg()
        request.rerun_script.fragment_id = self.fragments.get(widget.id, "")
        return self._run(request)

    def _run(self, request: BackMsg) -> float:
        request.rerun_script.query_string = self.query
        request.rerun_script.page_script_hash = self.page_hash
        request.rerun_script.widget_states.widgets.extend(self.widgets.values())
        start = time.perf_counter()
        self.socket.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=PATIENCE))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page_hash = message.new_session.page_script_hash or self.page_hash
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash or self.page_hash
            elif kind == "delta":
                self._note(message)
            elif kind == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            ):
                return time.perf_counter() - start

    def _note(self, message: ForwardMsg) -> None:
        """Remember the widgets that a delta draws, and count its exceptions."""
        delta = message.delta
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception":
            self.exceptions += 1
        element = getattr(delta.new_element, kind) if kind else None
        identity = getattr(element, "id", "")
        if identity and isinstance(identity, str):
            # Streamlit ends a widget's id with its key.
            self.ids[identity.rpartition("-")[2]] = identity
            if delta.fragment_id:
                self.fragments[identity] = delta.fragment_id
