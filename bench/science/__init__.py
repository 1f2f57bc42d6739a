"""The formulas of waiting lines against a simulation of the lines themselves."""
