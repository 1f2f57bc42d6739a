"""The local stack: the artefact that AWS gets, on this machine."""
