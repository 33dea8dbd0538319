"""A million stored payloads, upgraded by the command and on Dask: `python -m benchmarks.bulk --records 1000000`.

Prints records a second, the same for each second of a processor, and the most memory that one process held, with one
and two workers. Where other programs share the machine, only the second figure says what there is.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = 8


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    records: int = parser.parse_args().records
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copy(ROOT / "tests" / "bulk" / "parcels.py", folder)
        size = _store(folder, records)
        print(f"{records:,} records, {size / records:.0f} bytes each")
        print("| on | workers | records a second | records a processor's second | most memory of a process |")
        print("|---|---:|---:|---:|---:|")
        for workers in (1, 2):
            _row("`timegate upgrade`", workers, records, *_measured(_command(folder, workers), folder))
            (folder / "out.jsonl").unlink()
        page = (ROOT / "docs" / "stored-payloads.md").read_text()
        (script,) = re.findall(r"^```py dask\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        for workers in (1, 2):
            on_dask = folder / f"on_dask_{workers}.py"
            on_dask.write_text(script.replace("n_workers=2", f"n_workers={workers}"))
            _row("Dask", workers, records, *_measured([sys.executable, str(on_dask)], folder))


def _store(folder: Path, records: int) -> int:
    (folder / "stored").mkdir()
    each = records // PARTS
    with (folder / "in.jsonl").open("w") as whole:
        for part in range(PARTS):
            lines = "".join(
                f'{{"number": "p-{number}", "grams": "{number}", "address": {{"street": "Main"}}, "tags": ["a"]}}\n'
                for number in range(part * each, part * each + each)
            )
            whole.write(lines)
            (folder / "stored" / f"{part}.jsonl").write_text(lines)
    return (folder / "in.jsonl").stat().st_size


def _command(folder: Path, workers: int) -> list[str]:
    arguments = ["parcels:gates", "in.jsonl", "--model", "Parcel", "--from", "2025-01-01"]
    return [sys.executable, "-m", "timegate.cli", "upgrade", *arguments, "-o", "out.jsonl", "--workers", str(workers)]


def _measured(command: list[str], folder: Path) -> tuple[float, float, int]:
    """Seconds, those of processors, and the most memory in KiB that one process of the command's tree held."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        peak = max([peak, *(_resident(pid) for pid in _tree(process.pid))])
        time.sleep(0.1)
    if process.returncode != 0:
        raise SystemExit(process.stderr.read().decode() if process.stderr else "it failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, spent, peak


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [root], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _resident(pid: int) -> int:
    try:
        return int((Path("/proc") / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except OSError:
        return 0


def _row(name: str, workers: int, records: int, seconds: float, spent: float, peak: int) -> None:
    figures = f"{records / seconds:,.0f} | {records / spent:,.0f} | {peak / 1024:.0f} MiB"
    print(f"| {name} | {workers} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
