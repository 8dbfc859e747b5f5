"""What travels to a model's own interpreter. It imports nothing of Windlass."""
