"""Reports to the Cabinet Committee, and how anything frozen is shown and sent."""
