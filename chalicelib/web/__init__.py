"""What people see: words in French and English, scripts and styles."""
