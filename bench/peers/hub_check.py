"""Has Hugging Face's own client and vaekit share runs through one server and one cache, each reading the other's files.

    pip install huggingface_hub
    python bench/peers/hub_check.py

The server is the tests' (test/sharing/hub-server.ts): the real Hub is not reached.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

repository = Path(__file__).resolve().parents[2]
folder = Path(tempfile.mkdtemp())

serve = """
import { createJiti } from 'jiti';
const { hubServer } = await createJiti(import.meta.url).import(process.argv[1]);
console.log((await hubServer()).endpoint);
"""
server = subprocess.Popen(
    ["node", "--input-type=module", "-e", serve, str(repository / "test/sharing/hub-server.ts")],
    cwd=repository,
    stdout=subprocess.PIPE,
    text=True,
)
endpoint = server.stdout.readline().strip()
os.environ.update(HF_ENDPOINT=endpoint, HF_HOME=str(folder / "home"), HF_TOKEN="hf_owner", HF_HUB_DISABLE_XET="1")
os.environ.pop("HF_HUB_CACHE", None)

import huggingface_hub
from huggingface_hub import HfApi, ModelCard, hf_hub_download, scan_cache_dir, snapshot_download


def vaekit(*arguments, **variables):
    command = ["node", str(repository / "dist/bin/vaekit.js"), *arguments]
    environment = {**os.environ, **variables}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


fixture = repository / "test/fixtures/run-v2"

# The client reads a run that vaekit pushed.
print(vaekit("push", str(fixture), "ann/digits", "--license", "mit").strip())
there = Path(snapshot_download("ann/digits"))
for name in ("config.json", "parameters.safetensors", "metrics.jsonl"):
    assert (there / name).read_bytes() == (fixture / name).read_bytes(), name
card = ModelCard.load("ann/digits")
assert card.data.license == "mit" and card.data.library_name == "vaekit", card.data
assert card.data.model_name == "digits", card.data
results = [(result.metric_type, result.metric_value) for result in card.data.eval_results]
last = json.loads((fixture / "metrics.jsonl").read_text().splitlines()[-1])
assert dict(results)["val_loss"] == last["val_loss"], results

# Vaekit without a network takes the files that the client fetched.
told = vaekit("info", "hf://ann/digits", HF_HUB_OFFLINE="1")
assert "latent: 2" in told, told

# vaekit reads a run that the client pushed, and the client finds the files that vaekit fetched.
api = HfApi()
api.create_repo("bob/digits", private=True)
api.upload_folder(repo_id="bob/digits", folder_path=str(fixture))
assert vaekit("info", "hf://bob/digits") == told.replace("ann/digits", "bob/digits")
path = Path(hf_hub_download("bob/digits", "parameters.safetensors", local_files_only=True))
assert path.read_bytes() == (fixture / "parameters.safetensors").read_bytes()
cache = scan_cache_dir()
assert not cache.warnings, cache.warnings
assert {repo.repo_id for repo in cache.repos} == {"ann/digits", "bob/digits"}

server.kill()
print(f"huggingface_hub {huggingface_hub.__version__}: {len(results)} figures in the card, repositories {sorted(repo.repo_id for repo in cache.repos)}")
