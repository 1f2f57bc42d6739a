"""The whole product behind the gateway of the local stack, beside functions that do nothing but write."""
