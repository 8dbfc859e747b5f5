"""Policies: the organisation's own rules, over what people declare and over what is rendered from it."""
