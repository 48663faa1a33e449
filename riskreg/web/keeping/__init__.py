"""The pages on which a risk is kept: from its proposal to its end, with its controls and actions."""
