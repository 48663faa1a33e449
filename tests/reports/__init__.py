"""What is asked of the files that someone else opens."""
