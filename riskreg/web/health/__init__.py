"""The room for machines that watch: does it live, is it ready, and its figures."""
