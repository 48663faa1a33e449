"""Speed against the bars of the design: ratios from one run, never asserted in a test. `make bench` runs it."""
