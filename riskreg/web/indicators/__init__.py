"""The room of the indicators: the scorecard, one indicator, publishing and correcting a result."""
