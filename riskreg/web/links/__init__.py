"""The room of the links: what a risk depends on, and the risks behind an indicator or a contract."""
