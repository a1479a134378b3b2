"""Runs programs that vaekit exported in the real PyTorch and Keras, and prints how far their numbers are from vaekit's.

    npm run build && python bench/peers/export_check.py [--models dense residual …]

Needs torch, keras with a backend (KERAS_BACKEND: jax, tensorflow or torch) and safetensors. Models are made by
export_models.mjs; modules for browsers are run where their library is installed in the folder --libraries.
"""

import argparse
import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
repository = Path(__file__).resolve().parents[2]
pythons = ["torch", "keras"]
modules = ["transformers.js", "onnxruntime-web"]


def run_python(program):
    """The output of a program's check; asserts that it draws finite examples."""
    spec = importlib.util.spec_from_file_location(f"model{abs(hash(program))}", program / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        module.check()
    model = module.load()
    if hasattr(model, "sample"):
        sample = model.sample
        takes_labels = "label" in sample.__code__.co_varnames[: sample.__code__.co_argcount]
        drawn = sample(module.torch.arange(4) if "torch" in vars(module) else module.np.arange(4)) if takes_labels else sample(4)
        drawn = drawn.detach().numpy() if hasattr(drawn, "detach") else module.np.asarray(drawn)
        assert drawn.shape[0] == 4 and (abs(drawn) < 1e6).all(), drawn
    return printed.getvalue()


def run_module(program, libraries):
    """The same of a module for browsers, in Node."""
    link = program / "node_modules"
    if not link.exists():
        link.symlink_to(libraries / "node_modules")
    ended = subprocess.run(["node", "check.js"], cwd=program, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def greatest(printed):
    return max(float(number) for number in re.findall(r"greatest difference (\S+)", printed))


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--models", nargs="*", default=[])
parser.add_argument("--libraries", type=Path, help="folder with node_modules of @huggingface/transformers or onnxruntime-web")
parser.add_argument("--to", nargs="*", default=pythons + modules)
parser.add_argument("--exported", type=Path, help="folder of programs that were exported already")
given = parser.parse_args()
folder = given.exported or Path(tempfile.mkdtemp())
if not given.exported:
    command = ["node", str(repository / "bench/peers/export_models.mjs"), str(folder), *given.models]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    print("\n".join(line for line in lines if line.startswith("refused")))
names = sorted({path.name for path in folder.glob("*/*") if not given.models or path.name in given.models})
targets = [target for target in given.to if target in pythons or given.libraries]
worst, failed = {}, 0
print("| model |", " | ".join(targets), "|")
print("| --- |", " | ".join("---:" for _ in targets), "|")
for name in names:
    row = []
    for target in targets:
        program = folder / target / name
        if not program.exists():
            row.append("–")
            continue
        try:
            printed = run_python(program) if target in pythons else run_module(program, given.libraries)
            found = greatest(printed)
            worst[target] = max(worst.get(target, 0), found)
            row.append(f"{found:.0e}")
        except (Exception, SystemExit) as error:
            failed += 1
            row.append("failed")
            print(f"{target}, {name}: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"| {name} |", " | ".join(row), "|", flush=True)
print("| greatest |", " | ".join(f"{worst.get(target, 0):.0e}" for target in targets), "|")
sys.exit(1 if failed else 0)
