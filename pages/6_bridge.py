"""The bridge: do Boltzmann and Shannon see the same number on this very text?"""

from ladder.rungs import BRIDGE
from ladder.ui.frame import open_rung, panels

view = open_rung(BRIDGE)

from ladder.ui import bridge, bridge_limits, bridge_table

panels(
    view,
    {
        "ledger": ("Ledger", bridge.ledger_panel),
        "table": ("Table", bridge_table.table_panel),
        "limits": ("What the map is not", bridge_limits.limits_panel),
    },
)
