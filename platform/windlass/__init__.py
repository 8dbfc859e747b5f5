"""Windlass: a declarative GitOps platform for machine learning.

The rooms, from top to bottom (imports only go down): ``cli`` talks to people, ``flows`` is where pure code meets
the world, ``views`` turns values into words, ``adapters`` holds every line of IO, ``engine`` decides, ``ports`` says
what flows need of the world, ``model`` is frozen data. ``runtime`` travels to a model's own interpreter.
"""

__version__ = "0.1.0"
