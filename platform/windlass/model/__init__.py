"""Frozen data: the words of the product as types. Nothing here acts, reads a clock or touches a file."""
