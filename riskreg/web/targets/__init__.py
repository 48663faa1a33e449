"""The room of the targets: those of each year with their history, national figures, and both by spreadsheet."""
