"""The rulebook: what would be true on paper. Standard library only, pure functions on frozen dataclasses, no clock."""
