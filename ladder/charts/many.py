"""Altair, fit for many sessions at once: import this, and it is.

Altair keeps the object whose property is being set, `alt.X("p:Q").title("...")`, in one place for
all threads, and looks up the property's documentation before it goes on. So of two students whose
charts are built at the same moment, one may get the other's axis. Here each gets its own setter.

It also hashes some hundred schemas anew for each encoding that is written as plain text, which
takes milliseconds each time. They are constants: here they are hashed once.
"""

from collections.abc import Iterable
from typing import Any

from altair.utils import schemapi

Setter = schemapi._PropertySetter
described = Setter.__get__
hashed: dict[tuple[type, ...], Any] = {}


def _own_setter(self: Any, obj: Any, cls: type) -> Any:
    if obj is None:  # the class's own attribute, as documentation tools look at it
        return described(self, obj, cls)
    setter = Setter(self.prop, self.schema)
    setter.obj, setter.cls = obj, cls
    return setter


def _hash_once(self: Any, wrapper_classes: Iterable[type], /) -> None:
    classes = tuple(wrapper_classes)
    if classes not in hashed:
        built = object.__new__(schemapi._FromDict)
        hash_all(built, classes)
        hashed[classes] = built.class_dict
    self.class_dict = hashed[classes]


hash_all = schemapi._FromDict.__init__
Setter.__get__ = _own_setter  # type: ignore[method-assign]
schemapi._FromDict.__init__ = _hash_once  # type: ignore[method-assign]
