"""Has a real MLflow server follow a training, kills it midway, and checks that nothing is lost.

    python bench/peers/mlflow_check.py
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from mlflow.tracking import MlflowClient

repository = Path(__file__).resolve().parents[2]
port = 5056
uri = f"http://127.0.0.1:{port}"
folder = Path(tempfile.mkdtemp())
run_folder = folder / "followed"


def start_server():
    command = [
        *[str(Path(sys.executable).parent / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)],
        *["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"],
        *["--artifacts-destination", str(folder / "artifacts"), "--workers", "1"],
    ]
    log = open(folder / "server.log", "a")
    server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    atexit.register(kill, server)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{uri}/health", timeout=2)
            return server
        except OSError:
            time.sleep(1)
    raise SystemExit("The server does not start.")


def kill(server):
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def shown():
    """Points of the loss that the server has."""
    experiment = client.get_experiment_by_name("vaekit")
    runs = client.search_runs([experiment.experiment_id]) if experiment else []
    return [point for run in runs for point in client.get_metric_history(run.info.run_id, "step/loss")]


def vaekit(*arguments):
    command = ["node", str(repository / "dist/bin/vaekit.js"), *arguments]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": uri}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


server = start_server()
client = MlflowClient(uri)
client.create_experiment("first")  # The first request to a server takes long.
training = vaekit("train", "--track", "mlflow", "--epochs", "8", "--batch-size", "128", "--out", str(run_folder))
metrics = run_folder / "metrics.jsonl"
while not metrics.exists() or metrics.read_text().count("\n") < 2 or not shown():
    assert training.poll() is None, training.communicate()
    time.sleep(0.2)
before = len(shown())
kill(server)
assert training.poll() is None, "The server is killed while the training is under way."
output, _ = training.communicate()
assert training.returncode == 0, output
told = [line for line in output.splitlines() if "mlflow" in line and "MLflow shows" not in line]
print("\n".join(told))
assert sum("cannot be told" in line for line in told) == 1, "told once"

server = start_server()
sync = vaekit("track", "sync", str(run_folder))
print(sync.communicate()[0].strip())
assert sync.returncode == 0
again = vaekit("track", "sync", str(run_folder)).communicate()[0].strip()
assert again == "mlflow has all.", again

experiment = client.get_experiment_by_name("vaekit")
[run] = client.search_runs([experiment.experiment_id])
assert run.info.status == "FINISHED" and run.info.run_name == "followed", run.info
assert run.data.params["model.latent"] == "2" and run.data.params["training.epochs"] == "8"
lines = [json.loads(line) for line in metrics.read_text().splitlines()]
for name in set(lines[0]) - {"epoch", "steps", "seconds"}:
    history = client.get_metric_history(run.info.run_id, f"epoch/{name}")
    history.sort(key=lambda metric: metric.step)
    found = [(metric.step, metric.value) for metric in history]
    wanted = [(469 * line["epoch"], line[name]) for line in lines]
    assert found == wanted, (name, found, wanted)
steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "step/loss")]
assert len(steps) == len(set(steps)) and max(steps) == 8 * 469
artifacts = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
assert {"config.json", "metrics.jsonl", "parameters.safetensors", "pictures", "samples.png"} <= artifacts, artifacts
downloaded = Path(client.download_artifacts(run.info.run_id, "parameters.safetensors", str(folder)))
assert downloaded.read_bytes() == (run_folder / "parameters.safetensors").read_bytes()
kill(server)
print(f"epochs: {len(lines)}; points of step/loss: {len(steps)}, {before} before the kill; artifacts: {sorted(artifacts)}")
