"""Many students in one thread: each a session that asks, thinks, and lets the page's own clocks run.

open / go / turn / press -> seconds until the script that answers has ended

Client and server share the machine's cores, so a pupil reads only what a browser must act on:
the session, the menu, widgets, clocks of fragments, exceptions, and a script's end. Large
messages, which are charts and tables, are counted and put away unread.
"""

import asyncio
import re
import time
import urllib.request
import uuid
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120.0  # seconds
LONG = 20_000  # bytes: a message that carries no knob
ENDED_WELL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Pupil:
    """One session, driven by a coroutine of its own."""

    def __init__(self, host: str, page: str = "", query: str = "") -> None:
        self.host, self.page, self.query = host, page, query
        self.page_hash = ""  # of the page that is wanted
        self.running = ""  # of the page that is drawn
        self.hashes: dict[str, str] = {}  # a page's path -> its hash
        self.widgets: dict[str, WidgetState] = {}
        self.elements: dict[str, tuple[str, str, Any]] = {}  # key or label -> id, fragment, element
        self.clocks: dict[str, asyncio.Task[None]] = {}  # fragment -> what has it run again
        self.run: tuple[str, ...] = ()  # the fragments of the script that runs; none for a whole one
        self.waiting: tuple[str, asyncio.Future[None]] | None = None
        self.urls: asyncio.Future[Any] | None = None
        self.exceptions, self.messages, self.bytes = 0, 0, 0
        self.last_script = 0.0

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await connect(
            f"ws://{self.host}/_stcore/stream", subprotocols=["streamlit"], max_size=None, compression=None
        )
        self.reader = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._stop_clocks()
        self.reader.cancel()
        await self.socket.close()

    async def open(self) -> float:
        """Seconds from asking for the page to its script's end."""
        return await self._ask("")

    async def go(self, page: str, query: str) -> float:
        """Seconds from choosing another page of the menu to its script's end."""
        self.page_hash, self.query = self.hashes[page], query
        self.widgets.clear()
        self.elements.clear()
        return await self._ask("")

    async def turn(self, key: str, **value: Any) -> float:
        """Seconds from a knob's new value, such as double_array_value=[0.5], to the end of its fragment."""
        identity, fragment, _ = self.elements[key]
        widget = WidgetState(id=identity)
        for field, content in value.items():
            if isinstance(content, list):
                getattr(widget, field).data.extend(content)
            else:
                setattr(widget, field, content)
        self.widgets[key] = widget
        return await self._ask(fragment)

    async def press(self, key: str) -> float:
        """Seconds from a button's press to the end of what it starts."""
        identity, fragment, _ = self.elements[key]
        self.widgets["pressed"] = WidgetState(id=identity, trigger_value=True)
        try:
            return await self._ask(fragment)
        finally:
            self.widgets.pop("pressed", None)

    async def upload(self, key: str, name: str, content: bytes) -> float:
        """Seconds until a file is in an uploader and the page has read it."""
        start = time.perf_counter()
        identity, fragment, _ = self.elements[key]
        self.urls = asyncio.get_running_loop().create_future()
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.file_names.append(name)
        await self.socket.send(request.SerializeToString())
        urls = (await asyncio.wait_for(self.urls, PATIENCE)).file_urls[0]
        await asyncio.to_thread(_put, self.host, urls.upload_url, name, content)
        info = UploadedFileInfo(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        widget = WidgetState(id=identity)
        widget.file_uploader_state_value.uploaded_file_info.append(info)
        self.widgets[key] = widget
        await self._ask(fragment)
        return time.perf_counter() - start

    async def until(self, condition: Any, seconds: float = PATIENCE) -> float:
        """Seconds until a condition holds, while the page's clocks run."""
        start = time.perf_counter()
        while not condition():
            if self.reader.done():
                raise self.failure()
            if time.perf_counter() - start > seconds:
                raise TimeoutError("nothing came of it")
            await asyncio.sleep(0.05)
        return time.perf_counter() - start

    async def _ask(self, fragment: str) -> float:
        if not fragment:
            self._stop_clocks()
        start = time.perf_counter()
        done = asyncio.get_running_loop().create_future()
        self.waiting = fragment, done
        await self._send(fragment)
        await asyncio.wait({done, self.reader}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise self.failure()
        return time.perf_counter() - start

    def failure(self) -> BaseException:
        """Why no answer has come."""
        over = self.reader.done() and not self.reader.cancelled()
        if over:
            return self.reader.exception() or ConnectionError("the server is gone")
        return TimeoutError("no answer")

    async def _send(self, fragment: str, *, by_clock: bool = False) -> None:
        request = BackMsg()
        script = request.rerun_script
        script.query_string, script.page_script_hash = self.query, self.page_hash
        script.page_name = "" if self.page_hash else self.page
        script.fragment_id, script.is_auto_rerun = fragment, by_clock
        script.widget_states.widgets.extend(self.widgets.values())
        await self.socket.send(request.SerializeToString())

    async def _listen(self) -> None:
        async for raw in self.socket:
            self.messages += 1
            self.bytes += len(raw)
            if len(raw) < LONG:
                self._hear(ForwardMsg.FromString(raw))

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._note(message.delta)
        elif kind == "new_session":
            self.run = tuple(message.metadata.run.fragment_ids)
            self.running = message.new_session.page_script_hash
            if not self.run:
                self._stop_clocks()
        elif kind == "navigation":
            self.hashes = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.running = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                if clock := self.clocks.pop(fragment, None):
                    clock.cancel()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "file_urls_response" and self.urls is not None:
            self.urls.set_result(message.file_urls_response)
        elif kind == "script_finished" and message.script_finished in ENDED_WELL:
            self.last_script = time.perf_counter()
            self.page_hash = self.page_hash or self.running
            if self.waiting is not None and self._answers(self.waiting[0]):
                self.waiting[1].set_result(None)
                self.waiting = None

    def _answers(self, fragment: str) -> bool:
        """Whether the script that has ended is what was asked for, and not what a clock has started before."""
        return fragment in self.run if fragment and self.run else not self.run and self.running == self.page_hash

    def _note(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception":
            self.exceptions += 1
        element = getattr(delta.new_element, kind) if kind else None
        identity = getattr(element, "id", "")
        if identity and isinstance(identity, str):
            # Streamlit ends a widget's id with its key.
            self.elements[identity.rpartition("-")[2]] = identity, delta.fragment_id, element

    def _start_clock(self, fragment: str, seconds: float) -> None:
        async def tick() -> None:
            while True:
                await asyncio.sleep(seconds)
                if self.waiting is None:
                    await self._send(fragment, by_clock=True)

        if old := self.clocks.pop(fragment, None):
            old.cancel()
        self.clocks[fragment] = asyncio.create_task(tick())

    def _stop_clocks(self) -> None:
        for clock in self.clocks.values():
            clock.cancel()
        self.clocks.clear()


def _put(host: str, url: str, name: str, content: bytes) -> None:
    """Send a file as a browser does: with the cookie against forged requests, and its token."""
    with urllib.request.urlopen(f"http://{host}/_stcore/health", timeout=PATIENCE) as answer:
        cookie = re.search(r"_streamlit_xsrf=([^;]+)", answer.headers.get("Set-Cookie", ""))
    token = cookie[1].strip('"') if cookie else ""
    line = uuid.uuid4().hex
    head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
    request = urllib.request.Request(
        f"http://{host}{url}", head + content + f"\r\n--{line}--\r\n".encode(), method="PUT"
    )
    request.add_header("Content-Type", f"multipart/form-data; boundary={line}")
    request.add_header("Cookie", f"_streamlit_xsrf={token}")
    request.add_header("X-Xsrftoken", token)
    urllib.request.urlopen(request, timeout=PATIENCE).close()
