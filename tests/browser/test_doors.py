"""A running server's doors: who comes from another site, or without the token of a page, is turned away."""

import http.client
import uuid

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.browser  # with the other tests of a server, though no browser takes part

FOREIGN = "http://evil.test"


def ask(server, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer."""
    connection = http.client.HTTPConnection(server.host, timeout=20)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/health", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/media/x"]
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_site_may_read_an_answer(server, method, path):
    _, headers = ask(server, method, path, Origin=FOREIGN)
    assert headers.get("access-control-allow-origin") not in ("*", FOREIGN)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("token", [{}, {"X_Xsrftoken": "guessed"}, {"Cookie": "_streamlit_xsrf=2|a|b|1"}])
def test_an_upload_without_the_token_of_a_page_is_refused(server, method, token):
    boundary = uuid.uuid4().hex
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--{boundary}--\r\n'
    status, _ = ask(
        server, method, f"/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}", part.encode(),
        Content_Type=f"multipart/form-data; boundary={boundary}", Origin=FOREIGN, **token,
    )  # fmt: skip
    assert status in (403, 405)


def test_a_websocket_of_another_site_is_refused_and_one_of_our_own_is_not(server):
    for origin in (FOREIGN, f"http://127.0.0.1.evil.test:{server.port}", "null"):
        with pytest.raises(InvalidStatus) as refusal:
            connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"], origin=origin)
        assert refusal.value.response.status_code == 403
    with connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"], origin=server.url) as ours:
        ours.send(BackMsg().SerializeToString())


@pytest.mark.parametrize(
    "path", ["/media/../../../etc/passwd", "/..%2f..%2fetc/passwd", "/static/..%2f..%2fapp.py", "/_stcore/../app.py",
             "/component/x/..%2f..%2f..%2fetc%2fpasswd", "/app/static/../app.py", "/%00"],
)  # fmt: skip
def test_no_path_leads_to_a_file_of_the_server(server, path):
    connection = http.client.HTTPConnection(server.host, timeout=20)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    answer = connection.getresponse().read()
    connection.close()
    assert b"root:" not in answer
    assert b"draw_frame" not in answer
