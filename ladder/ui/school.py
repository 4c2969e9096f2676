"""How a class comes here: the address to put on the wall, and what a teacher does before the lesson."""

import ipaddress
import socket

import streamlit as st

from ladder.settings import PASSWORD, value_of

NOBODY = "192.0.2.1"  # set aside for examples (RFC 5737): no machine has it


def draw_way_in() -> None:
    """The address for the class, and what to do."""
    st.markdown("##### For teachers: how the class comes here")
    here, reachable = own_address(), reachable_from_outside()
    if here and reachable:
        st.markdown("Put this address on the wall; students type it into a browser, and nothing is to be installed:")
        st.code(here, language=None, wrap_lines=True)
    elif here:
        st.warning(
            f"Only this machine can reach the server: it was started for {st.get_option('server.address')}. Start it "
            "with --server.address 0.0.0.0, and the class can come."
        )
    else:
        st.warning("This machine has no address on any network: connect it to the school's, and load this page again.")
    password = (
        "The class has a password: write it beside the address."
        if value_of(PASSWORD)
        else "There is **no password**: whoever reaches the address may read the samples, upload and compute. Set "
        "`LADDER_PASSWORD` and start again to have one."
    )
    st.markdown(
        f"""
1. {password}
2. If a student's browser finds nothing, the firewall of this machine must let in TCP port \
{st.get_option("server.port")}, and the school's network must let its devices see each other (guests' networks \
often don't).
3. Before the lesson, open every page once with the text of the day, and “Map” on Geometry with “Words” if the encoder \
is wanted: what is computed then is there for all.
4. To have all look at the same thing, choose text, page and panel, and give out the address in your browser's bar: \
the link carries every knob. An upload's link is its key, so whoever has it can read the text.
5. Watch this page during the lesson. Where jobs queue up, let pairs share one setting: who asks for the same shares \
one job.
6. Afterwards, “Forget this text now” in the sidebar removes an upload at once; all others go by themselves.

What a class of thirty costs on two cores, as measured, stands in README under “A class at once”. Programs that watch \
over servers ask `/_stcore/health`, which answers “ok” and needs no password.
"""
    )


def own_address() -> str | None:
    """Where other machines of the network find this server; None where there is no network."""
    found = _address_on(socket.AF_INET, NOBODY)
    if found is None or ipaddress.ip_address(found).is_loopback:
        return None
    port, folder = st.get_option("server.port"), (st.get_option("server.baseUrlPath") or "").strip("/")
    secure = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{secure}://{found}:{port}/{folder}"


def reachable_from_outside() -> bool:
    """Whether the server listens to other machines, too."""
    bound = st.get_option("server.address")
    if not bound:
        return True
    try:
        return not ipaddress.ip_address(bound).is_loopback
    except ValueError:
        return bound != "localhost"


def _address_on(family: socket.AddressFamily, towards: str) -> str | None:
    """This machine's own address on the way to another one; nothing is sent for it."""
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        try:
            way.connect((towards, 9))
        except OSError:
            return None
        return str(way.getsockname()[0])
