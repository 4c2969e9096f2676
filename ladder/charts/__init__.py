"""Tables in, charts out: no computing, no Streamlit, one module a rung."""
