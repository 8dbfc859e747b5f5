"""Reasons that people give on the command line. They end up in commits, so they are one line and never empty."""

from argparse import ArgumentTypeError


def reason(text: str) -> str:
    """The reason in one line; argparse says so where there is none."""
    words = " ".join(text.split())
    if not words:
        raise ArgumentTypeError("say why: it stands in the commit and in every audit")
    return words
