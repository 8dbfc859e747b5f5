"""The steps of training: what goes in, the stages, the judgement, and what is kept of it."""
