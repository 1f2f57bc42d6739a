"""What Bascule runs on: the template, its packaging, its deployment and the local stack."""
