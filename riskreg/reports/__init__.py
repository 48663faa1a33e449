"""Files that someone else opens: the pack of a meeting and the register, made from what was frozen."""
