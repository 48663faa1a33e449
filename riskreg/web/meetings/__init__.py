"""Meetings of DMT: their dates, agendas and records, and the packs made for them."""
