"""The shipped directorate: tables with the line of the plan that each record came from. Data only."""
