"""One readable function per verb: the only place where pure code meets the world, which comes in as arguments."""
