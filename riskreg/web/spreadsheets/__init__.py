"""Taking in somebody's spreadsheet, whatever is in it: upload it, choose its sheet and columns, keep the choices.

The rooms that take one in (results, targets, contracts, a register) say what they want as a Purpose, and use
`uploading` and `choosing`; what the rows mean is theirs.
"""
