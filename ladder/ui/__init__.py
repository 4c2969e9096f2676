"""The only code that knows Streamlit: the frame around every page, and one module of panels a rung."""
