"""Evaluate the program once: ``document`` writes one document, ``files`` one file for each object, as `jsonnet -m` does.

The collector of jrsonnet is on by default. ``without-collector`` keeps everything until the end and then ends at once, or else it
would all be collected on the way out.
"""

import json
import os
import sys

import rjsonnet

kind, collector, facts, target = sys.argv[1:]
program = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{kind}.jsonnet")
with open(facts) as file:
    text = file.read()
made = rjsonnet.evaluate_file(program, tla_vars={"facts": text}, gc=collector == "with-collector")
if kind == "document":
    with open(target, "w") as file:
        file.write(made)
else:
    for path, content in json.loads(made).items():
        place = os.path.join(target, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            file.write(content)
if collector == "without-collector":
    os._exit(0)
