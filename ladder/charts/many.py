"""Altair, fit for many sessions at once: import this, and it is.

Altair keeps the object whose property is being set, `alt.X("p:Q").title("...")`, in one place for
all threads, and looks up the property's documentation before it goes on. So of two students whose
charts are built at the same moment, one may get the other's axis. Here each gets its own setter.

It also hashes some hundred schemas anew for each encoding that is written as plain text, which
takes milliseconds each time. They are constants: here they are hashed once.

A layered chart is copied several times, each part through its constructor with up to a hundred
arguments: here a copy takes over what its original has. And each layer gets a name from a hash of
what it is, its table written out as text; all layers of a chart have the same table, and the name
ends in the layer's place in any case: here it is left out. Together that was a quarter of a rerun.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import altair
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


def _copied(obj: Any, by_ref: set[str]) -> Any:
    if isinstance(obj, schemapi.SchemaBase):
        if hasattr(obj, "__deepcopy__"):
            return copied(obj, by_ref)
        twin = object.__new__(type(obj))
        twin.__dict__.update(obj.__dict__)
        twin.__dict__["_args"] = tuple(_copied(arg, by_ref) for arg in obj._args)
        twin.__dict__["_kwds"] = _copied(obj._kwds, by_ref)
        return twin
    if isinstance(obj, list):
        return [_copied(part, by_ref) for part in obj]
    if isinstance(obj, dict):
        return {key: part if key in by_ref else _copied(part, by_ref) for key, part in obj.items()}
    return obj


def _named_without_its_table(self: altair.Chart) -> str:
    if (kept := self._kwds.get("_cached_hash")) is not None:
        return str(kept)
    parts = [type(self).__name__, self.mark, self.encoding, self.transform]
    return "view_" + hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


copied = schemapi._deep_copy
named = altair.Chart._compute_hash
hash_all = schemapi._FromDict.__init__
Setter.__get__ = _own_setter  # type: ignore[method-assign]
schemapi._FromDict.__init__ = _hash_once  # type: ignore[method-assign]
schemapi._deep_copy = _copied
altair.Chart._compute_hash = _named_without_its_table  # type: ignore[method-assign]
