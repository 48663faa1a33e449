"""The room of evidence: adding files, sending them, and removing them."""
