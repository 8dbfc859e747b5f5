"""Run the program once: ``document`` writes the stream of YAML documents, ``files`` one file for each of them.

The facts lie beside the program: KCL reads no file outside of its own folder.
"""

import os
import re
import sys

from kcl_lib import api
from kcl_lib.api.spec_pb2 import Argument

KIND, NAMESPACE, NAME = (
    re.compile(pattern, re.M) for pattern in ("^kind: (.*)$", "^  namespace: (.*)$", "^  name: (.*)$")
)

kind, facts, target = sys.argv[1:]
folder = os.path.dirname(os.path.abspath(__file__))
sources = [os.path.join(folder, name) for name in ("metadata.k", "serving.k", "monitoring.k", "main.k")]
asked = api.ExecProgramArgs(work_dir=folder, k_filename_list=sources, args=[Argument(name="facts", value=f'"{facts}"')])
made = api.API().exec_program(asked)
if made.err_message:
    raise SystemExit(made.err_message)
if kind == "document":
    with open(target, "w") as file:
        file.write(made.yaml_result)
else:
    for one in made.yaml_result.split("\n---\n"):
        group, name = (pattern.search(one).group(1) for pattern in (NAMESPACE, NAME))
        place = os.path.join(target, group, f"{KIND.search(one).group(1).lower()}-{name}.yaml")
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            file.write(one + "\n")
