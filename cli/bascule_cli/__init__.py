"""The command ``bascule``: a client of the operations API. It knows no rule of routing; the service decides."""
