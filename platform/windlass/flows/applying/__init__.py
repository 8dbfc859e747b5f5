"""The hands of plan and apply: what is live, how one change is done, and the receipt of it."""
