"""My work: what whoever is signed in owes, and by when."""
