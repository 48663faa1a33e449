"""The room of the files: what can be taken out, and the downloads."""
