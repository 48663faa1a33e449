"""Files that someone else opens: a meeting's pack, the committee's report and the register, from what was frozen."""
