"""The corporate register: what DMT referred to it, and what its co-ordinator answers."""
