"""Use cases: load, ask the domain, write, audit, put e-mail in the outbox. They flush; the edges commit."""
