"""The gradient by a third road: PyTorch walks back through the loss.

H(p, q_theta)  --backward-->  d H / d theta  =  q - p

Neither the formula nor a small step is in it: autograd knows only how exp, sum and log are
differentiated one by one. Importing PyTorch takes seconds, more than all other rows of the
ledger together, so this row stands apart from `CHECKS` and is computed when somebody asks.
"""

from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, absent, close
from ladder.bridge.statistics import NO_MODEL, slope_of
from ladder.rungs import STATISTICS

NAME = "The gradient is q − p, by autograd"


def gradient_by_autograd(context: Context) -> Identity:
    """The slope of the cross-entropy in one direction, as q - p and by PyTorch's autograd."""
    slope = slope_of(context)
    if slope is None:
        return absent("autograd", NAME, STATISTICS, NO_MODEL)
    import torch

    theta = torch.tensor(slope.theta, requires_grad=True)
    weights = torch.exp(theta - theta.detach().max())
    loss = -(torch.tensor(slope.p) @ torch.log(weights / weights.sum()))
    (grad,) = torch.autograd.grad(loss, theta)
    return Identity(
        "autograd", NAME, STATISTICS, float(grad.numpy() @ slope.v), slope.analytic, "nats",
        r"\text{backward}(H(p, q_\theta)) \cdot v = «L» \qquad «/ln2 in bits»(q - p) \cdot v = «R»",
        close(slope.analytic),
        "no small step is in it: rounding",
        broken="the sign is wrong: p − q",
        broken_shannon=-slope.analytic,
    )  # fmt: skip
