"""The views of the operations API, one subject a file: read what was asked, call the service, answer."""
