"""From a framework's model to cost, params and grads in float64: one module each, imported only by who uses it."""
