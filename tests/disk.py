"""Directories as training programs on a cluster write them."""

import json
from datetime import datetime, timedelta

from runs.contract.layout import LOG, METADATA


def write_job(
    root, project="gpt", group="baselines", name="lm_small", run_id="20261119_214811", *,
    log="one\ntwo\n", **metadata
):  # fmt: skip
    """A job's directory with times as the trainers write them: local, without a zone."""
    directory = root / project / group / name / run_id
    directory.mkdir(parents=True, exist_ok=True)
    now = datetime.now()
    values = {
        "name": name,
        "project": project,
        "group": group,
        "job_key": "gpt/train/pretrain",
        "run_id": run_id,
        "start_time": (now - timedelta(hours=2)).isoformat(),
        "last_heartbeat": now.isoformat(),
        "status": "running",
        "slurm_job_id": "4000182",
        "hardware": {"chip": "h100", "total_chips": 8, "hosts": ["n01"]},
        "config": {"optimization": {"lr": 0.0003}},
        **metadata,
    }
    (directory / METADATA).write_text(json.dumps(values))
    if log is not None:
        (directory / LOG).write_text(log)
    return directory


def write_checkpoint(
    root, suffix="ntoks/134217728", project="gpt", group="baselines", name="lm_small", *,
    steps=4096, score=0.5, complete=True, latest=True, payload=b"weights",
):  # fmt: skip
    """A checkpoint in the order in which the trainers write it; `latest` names it at the end."""
    base = root / project / group / name
    directory = base / suffix
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "rng.npy").write_bytes(b"rng")
    (directory / "config.json").write_text(json.dumps({"steps": steps, "score": score}))
    job = {"name": name, "id": "0a1b2c3d", "project": project, "group": group}
    (directory / "job.json").write_text(json.dumps(job))
    (directory / "config.yaml").write_text("optimization:\n  lr: 0.0003\n")
    if complete:
        (directory / "checkpoint").mkdir()
        (directory / "checkpoint" / "d").write_bytes(payload)
        (directory / "checkpoint" / "commit_success.txt").write_text("")
    else:
        (directory / "checkpoint.orbax-checkpoint-tmp-1").mkdir()
    if latest:
        (base / "latest").write_text(suffix)
    return directory
