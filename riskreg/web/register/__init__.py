"""The register as a list."""
