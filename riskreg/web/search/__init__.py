"""Finding: a reference leads to its risk, anything else is looked for in what is written."""
