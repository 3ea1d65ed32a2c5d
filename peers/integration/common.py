"""What run.py, deploy.py and measure.py share: cases, processes, and the reference result."""

import csv
import socket
import subprocess
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from fractions import Fraction
from functools import cache

failures = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


@contextmanager
def process(argv, env=None, log=subprocess.DEVNULL, port=None):
    p = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        if port:
            wait_for(port)
        yield p
    finally:
        p.terminate()
        try:
            p.wait(5)
        except subprocess.TimeoutExpired:
            p.kill()


@cache
def reference(path, least=1):
    """The result, exactly, by (diagnosis, hospital): of groups of at least so many rows."""
    total, count, treatments = defaultdict(Fraction), Counter(), defaultdict(Counter)
    with open(path, newline="", encoding="utf-8-sig") as f:
        for row in csv.DictReader(f):
            key = row["Diagnosis"], row["Hospital"]
            total[key] += Fraction(row["Recovery Time"])
            count[key] += 1
            treatments[key][row["Treatment"]] += 1
    return {k: (float(total[k] / count[k]), min(treatments[k], key=lambda t: (-treatments[k][t], t.encode())))
            for k in total if count[k] >= least}


def case(name):
    """Run the decorated function as one case, and say how it went."""
    def run(f):
        start = time.time()
        try:
            note = f() or ""
        except Exception as e:  # noqa: BLE001 - a case may fail in any way; all the others still run
            failures.append(name)
            print(f"FAIL {name}: {type(e).__name__}: {e}", flush=True)
        else:
            print(f"ok   {name} ({time.time() - start:.1f} s) {note}", flush=True)
    return run
