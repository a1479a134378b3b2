"""Reads the event files of a run by TensorBoard's own loader, and compares them with its metrics.

    vaekit train --track tensorboard --out runs/followed
    python bench/peers/tensorboard_check.py runs/followed
"""

import json
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = Path(sys.argv[1])
events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
events.Reload()
tags = events.Tags()

lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
ends = np.cumsum([line["steps"] for line in lines]) if "steps" in lines[0] else None
timing = run / "timing.jsonl"
if ends is None and timing.exists():
    ends = np.cumsum([json.loads(line)["steps"] for line in timing.read_text().splitlines()])

names = {name for line in lines for name in line} - {"epoch", "seconds", "steps"}
told = {tag.removeprefix("epoch/") for tag in tags["scalars"] if tag.startswith("epoch/")}
missing = names - told
assert not missing, f"not told by epoch: {missing}"
worst = 0.0
for name in sorted(names):
    points = events.Scalars(f"epoch/{name}")
    assert len(points) == len(lines), f"epoch/{name}: {len(points)} points for {len(lines)} epochs"
    for point, line, end in zip(points, lines, ends):
        assert point.step == end, f"epoch/{name}: step {point.step}, not {end}"
        assert np.float32(line[name]) == np.float32(point.value), (name, line[name], point.value)
for tag in tags["scalars"]:
    steps = [point.step for point in events.Scalars(tag)]
    assert steps == sorted(set(steps)), f"{tag}: steps come twice"
for tag in tags["images"]:
    image = events.Images(tag)[-1]
    assert image.width > 0 and image.encoded_image_string[:4] == b"\x89PNG", tag
for tag in tags["histograms"]:
    value = events.Histograms(tag)[-1].histogram_value
    assert abs(sum(value.bucket) - value.num) < 0.5, tag
print(f"epochs: {len(lines)}; scalars: {sorted(tags['scalars'])}")
print(f"images: {tags['images']}; histograms: {len(tags['histograms'])}; texts: {tags['tensors']}")
