"""Has W&B's own client and vaekit tell the same loopback server of a run, and compares their requests.

    python bench/peers/wandb_check.py

Needs `pip install wandb pillow`. The server also fails for a while, and nothing may be lost.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

repository = Path(__file__).resolve().parents[2]
folder = Path(tempfile.mkdtemp())


class Server(BaseHTTPRequestHandler):
    requests = []
    is_down = False

    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if Server.is_down:
            return self.connection.close()
        answer = {}
        if self.path == "/graphql":
            question = json.loads(body)
            name = re.search(r"(\w+)\s*\(input", question["query"])
            variables = question["variables"]
            operation = name.group(1) if name else "query"
            Server.requests.append((self.command, operation, variables))
            answer = {"data": answer_of(operation, variables)}
        elif not self.path.startswith("/sdk/"):
            path = re.sub(r"/(files)/[^/]+/[^/]+/[^/]+/", r"/\1/entity/project/run/", self.path)
            path = re.sub(r"^/storage/.*", "/storage", path)
            lines = json.loads(body) if "file_stream" in path else self.path
            Server.requests.append((self.command, path, lines))
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = serve


def answer_of(operation, variables):
    if operation == "upsertBucket":
        entity = {"id": "e", "name": variables["entity"] or "me"}
        project = {"id": "p", "name": variables["project"], "entity": entity}
        names = ["description", "config", "sweepName", "displayName"]
        bucket = {"id": "b", "name": variables["name"], "project": project, "historyLineCount": 0}
        return {operation: {"bucket": {**dict.fromkeys(names), **bucket}, "inserted": True}}
    if operation == "createRunFiles":
        places = [{"name": name, "uploadUrl": f"{address}/storage/{name}"} for name in variables["files"]]
        return {operation: {"runID": "b", "uploadHeaders": [], "files": places}}
    return {}


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
address = f"http://127.0.0.1:{server.server_port}"
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {**os.environ, "WANDB_BASE_URL": address, "WANDB_API_KEY": "k" * 40, "WANDB_ENTITY": "me", "WANDB_PROJECT": "proj"}

theirs = """
import wandb
from PIL import Image
settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True, console="off", silent=True, disable_git=True)
run = wandb.init(id="abcd1234", name="first", config={"model": {"latent": 2}}, settings=settings)
run.define_metric("step")
run.define_metric("*", step_metric="step")
run.log({"step/loss": 1.5, "step": 1})
run.log({"samples": wandb.Image(Image.new("RGB", (5, 3))), "step": 2})
open("notes.json", "w").write("{}")
run.save("notes.json", policy="now")
run.finish()
"""


def vaekit(*arguments):
    command = ["node", str(repository / "dist/bin/vaekit.js"), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def taken():
    found = list(Server.requests)
    Server.requests.clear()
    return found


def facts(requests):
    """Operations, the run's config, rows of the history by their places, the summary and the end."""
    config, rows, summary, end, files = None, {}, None, None, set()
    for _, operation, content in requests:
        if operation == "upsertBucket":
            config = json.loads(content["config"])
        elif operation == "/storage":
            files.add(content.split("?")[0].removeprefix("/storage/"))
        elif operation.endswith("file_stream"):
            for name, lines in content.get("files", {}).items():
                for i, line in enumerate(lines["content"]):
                    if name == "wandb-history.jsonl":
                        rows[lines["offset"] + i] = json.loads(line)
                    elif name == "wandb-summary.json":
                        summary = json.loads(line)
            end = content.get("exitcode", end)
    operations = {(method, operation) for method, operation, _ in requests}
    return operations, config, [rows[i] for i in range(len(rows))], summary, end, files


subprocess.run([sys.executable, "-c", theirs], cwd=folder, env=environment, check=True)
own = facts(taken())
train = ["train", "--track", "wandb", "--epochs", "3", "--batch-size", "128", "--out", "first"]
told = vaekit(*train)
found = facts(taken())
assert found[0] <= own[0], (found[0], own[0])
assert all("value" in value for value in found[1].values())
assert found[1]["_wandb"]["value"]["m"] == own[1]["_wandb"]["value"]["m"], own[1]["_wandb"]
forms = [{type(row[name]) for row in rows} for rows in (own[2], found[2]) for name in ("_step", "step")]
assert all(form == {int} for form in forms), forms
pictures = [next(row["samples"] for row in rows if "samples" in row) for rows in (own[2], found[2])]
assert pictures[0].keys() == pictures[1].keys() and pictures[1]["path"] in found[5], pictures
assert {"_wandb", "_runtime", "_step", "_timestamp", "step"} <= own[3].keys() & found[3].keys()
assert (own[4], found[4]) == (0, 0)


def losses(rows):
    return [(row["step"], row["epoch/loss"]) for row in rows if "epoch/loss" in row]


lines = [json.loads(line) for line in (folder / "first/metrics.jsonl").read_text().splitlines()]
wanted = [(469 * line["epoch"], line["loss"]) for line in lines]
assert losses(found[2]) == wanted
assert "parameters.safetensors" in found[5]

Server.is_down = True
train[-1] = "second"
told = vaekit(*train)
assert told.count("cannot be told") == 1, told
Server.is_down = False
print(vaekit("track", "sync", "second").strip())
again = facts(taken())
assert losses(again[2]) == wanted and again[4] == 0
names = [{name for name in files if not name.startswith("media/")} for files in (found[5], again[5])]
assert names[0] == names[1], names
print(f"operations: {sorted(name for _, name in found[0])}; rows: {len(found[2])}; files: {len(found[5])}")
