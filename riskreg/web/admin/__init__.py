"""The room of the administrator: people and posts, mail, jobs; and the audit trail."""
