"""A machine that is busy with other things is no fault of ours: laws have no deadline."""

from hypothesis import settings

settings.register_profile("math", deadline=None)
settings.load_profile("math")
