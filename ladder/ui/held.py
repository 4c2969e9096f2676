"""How many bytes things hold in memory: numbers, texts and tables, each counted once.

    weigh({"a": things, "b": things}, seconds=0.5)  ->  {"a": bytes, "b": bytes}, whether all was seen

Sizes as sys.getsizeof tells them know nothing of what lies inside an object, a view or a tensor.
Here a view counts as the array that it keeps alive, a tensor as its storage, a function as what it
remembers; what lies in a mapped file counts as nothing. What two hold counts with the first.
"""

import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping
from types import BuiltinMethodType, FunctionType, MemberDescriptorType, MethodType, MethodWrapperType, ModuleType
from typing import Any

import numpy as np

LOOK = 500  # things between two looks at the clock
PLAIN = (str, bytes, bytearray, int, float, complex, bool, type(None), range, slice)
NOT_OURS = (type, ModuleType)


def weigh(holders: Mapping[str, Iterable[Any]], *, seconds: float) -> tuple[dict[str, int], bool]:
    """The bytes of each holder, and whether the time was enough to see them all."""
    end, seen = time.perf_counter() + seconds, set[int]()
    found = dict.fromkeys(holders, 0)
    for name, things in holders.items():
        waiting, n = deque(things), 0
        while waiting:
            n += 1
            if n % LOOK == 0 and time.perf_counter() > end:
                return found, False
            size, inside = _opened(waiting.pop(), seen)
            found[name] += size
            waiting.extend(inside)
    return found, True


def _opened(thing: Any, seen: set[int]) -> tuple[int, Iterable[Any]]:
    """What a thing takes itself, and what it holds; nothing where it was seen before."""
    thing = _owner(thing)
    mark = _mark(thing)
    if mark in seen or isinstance(thing, NOT_OURS):
        return 0, ()
    seen.add(mark)
    if isinstance(thing, np.ndarray):
        return _array(thing)
    if hasattr(thing, "untyped_storage"):
        return thing.untyped_storage().nbytes(), ()
    size = sys.getsizeof(thing, 0)
    if isinstance(thing, PLAIN):
        return size, ()
    if hasattr(thing, "memory_usage") and hasattr(thing, "to_numpy"):  # a table, an index or a series
        return int(np.sum(thing.memory_usage(deep=True))), ()
    if isinstance(thing, Mapping):
        return size, [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset | deque):
        return size, thing
    if isinstance(thing, FunctionType):
        return size, [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
    if isinstance(thing, MethodType | BuiltinMethodType | MethodWrapperType):
        return size, [thing.__self__]
    slots = [
        part for kind in type(thing).__mro__ for part in vars(kind).values() if isinstance(part, MemberDescriptorType)
    ]
    return size, [*getattr(thing, "__dict__", {}).values(), *(_value(slot, thing) for slot in slots)]


def _owner(thing: Any) -> Any:
    """Of a view, the array that it keeps alive."""
    while isinstance(thing, np.ndarray) and isinstance(thing.base, np.ndarray):
        thing = thing.base
    return thing


def _mark(thing: Any) -> int:
    """What tells memory from memory: an address, of a tensor that of its numbers, which an array may share."""
    if hasattr(thing, "untyped_storage"):
        return int(thing.untyped_storage().data_ptr())
    return int(thing.ctypes.data) if isinstance(thing, np.ndarray) and thing.nbytes else id(thing)


def _array(array: np.ndarray) -> tuple[int, Iterable[Any]]:
    if isinstance(array, np.memmap):
        return 0, ()
    return array.nbytes, array.ravel().tolist() if array.dtype == object else ()


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # a name that was never given a value
        return False


def _value(slot: Any, thing: Any) -> Any:
    try:
        return slot.__get__(thing)
    except AttributeError:  # a slot that was never filled
        return None
