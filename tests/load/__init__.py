"""Clients that speak Streamlit's protocol: what the server does, without a browser in the way."""
