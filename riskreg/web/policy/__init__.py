"""The policy: the numbers of the rules, for everyone to read."""
