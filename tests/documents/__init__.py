"""What the documents say is so: commands are played or parsed, paths exist."""
