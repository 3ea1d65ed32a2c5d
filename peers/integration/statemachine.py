"""Run the state machine of deploy/ in an account that was not written here.

    python statemachine.py FOLDER LAB

FOLDER is what install.sh filled. account.py says what the account is. up.sh deploys the state
machine with the function, whose zip does all the steps. Between the function and S3 stands a proxy
that refuses what the cases say. Exit status 1 says that something was not as it should be.

ministack 1.5.33 does not hold the state machine to its role's rights, to 256 KiB of state, or to five
minutes for a child; and it cannot redrive an execution.
"""

import csv
import http.client
import json
import re
import ssl
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

from account import ARCHITECTURE, LEAST, ROOT, account, installed, until
from common import case, failures, reference

TOOLS, LAB = (Path(p).resolve() for p in sys.argv[1:3])
ROWS, SHARDS = 1_000_000, 40
MANY = 600_000  # groups of one record: MIN_RECORDS leaves them out, so that the table stays small
KEY = "year.txt"  # a suffix that no rule starts the function for


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on to S3. A PUT whose path has a name in faults is refused, so many times."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    faults = {}  # name: [status, code, times]
    lock = threading.Lock()

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if fault := self.fault():
            status, code = fault
            self.answer(status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())
            return
        s3 = http.client.HTTPSConnection(self.server.s3, context=self.server.trust)
        try:
            s3.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                s3.putheader(name, value)
            s3.endheaders(body)
            response = s3.getresponse()
            self.answer(response.status, response.headers, response.read())
        finally:
            s3.close()

    do_GET = do_HEAD = do_PUT = do_POST = pass_on

    def fault(self):
        if self.command != "PUT":
            return None
        with self.lock:
            for name, fault in self.faults.items():
                if name in self.path and fault[2] > 0:
                    fault[2] -= 1
                    return fault[:2]
        return None

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", headers.get("Content-Length") or str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A function that ends resets its connections."""


@contextmanager
def proxy(env):
    server = Server(("127.0.0.1", 0), Proxy)
    server.s3, server.trust = env["AWS_ENDPOINT_URL"].removeprefix("https://"), ssl.create_default_context(cafile=env["AWS_CA_BUNDLE"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def with_line_breaks(path, to):
    """Copy a file, with line breaks inside the quotes of every third row, and lines there that look like records."""
    with open(path, newline="") as f, open(to, "w", newline="") as out:
        rows, writer = csv.reader(f), csv.writer(out, lineterminator="\n")
        header = next(rows)
        writer.writerow(header)
        treatment = header.index("Treatment")
        for i, row in enumerate(rows):
            if i % 3 == 0:
                row[treatment] += ',\n"as needed"\nNo hospital,No diagnosis,No treatment,1\n'
            writer.writerow(row)


def main(tmp, aws):
    s3, functions, machines = (aws.client(service) for service in ("s3", "lambda", "stepfunctions"))
    plain, feed = tmp / "plain.csv", tmp / "feed.csv"
    subprocess.run([LAB, "generate", "--rows", str(ROWS), "--out", plain], check=True, stderr=subprocess.DEVNULL)
    with_line_breaks(plain, feed)

    size = -(-feed.stat().st_size // SHARDS)
    said = aws.script("up.sh", "--yes", f"Architecture={ARCHITECTURE}", "Timeout=300", "MemorySize=1769", "Shards=on", f"ShardSize={size}")
    out = aws.outputs("reduction")
    bucket, table, machine = out["Bucket"], out["Table"], out["StateMachine"]
    setting = functions.get_function_configuration(FunctionName=out["Function"])["Environment"]["Variables"]
    assert f"in shards    {machine}" in said, said
    s3.upload_file(str(feed), bucket, KEY)

    def execute():
        """Start an execution as docs/scale.md says, and return its description when it has ended."""
        command = re.search(r"```sh\n(EXECUTION=.*?)```", (ROOT / "docs" / "scale.md").read_text(), re.S)[1]
        done = subprocess.run(["bash", "-euc", command + '\necho "$EXECUTION"'], capture_output=True, text=True, check=True,
                              env={**aws.env, "MACHINE": machine, "KEY": KEY})
        execution = done.stdout.splitlines()[-1]

        def ended():
            description = machines.describe_execution(executionArn=execution)
            return description if description["status"] != "RUNNING" else None

        return until(ended, 600)

    def children(execution):
        """The histories of the children of each Map Run."""
        for run in machines.list_map_runs(executionArn=execution)["mapRuns"]:
            pages = machines.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"])
            yield [machines.get_execution_history(executionArn=child["executionArn"])["events"] for page in pages for child in page["executions"]]

    with proxy(aws.env) as url:
        functions.update_function_configuration(FunctionName=out["Function"], Environment={"Variables": {**setting, "AWS_ENDPOINT_URL_S3": url}})

        @case("a shard that cannot be stored fails the execution; partials are kept, and nothing is written")
        def _():
            Proxy.faults = {"/00011-": [403, "AccessDenied", 1]}
            ended = execute()
            assert (ended["status"], ended["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold"), ended
            assert len(s3.list_objects_v2(Bucket=bucket, Prefix="reduction-runs/")["Contents"]) >= SHARDS - 1
            assert aws.items(table) == []

        @case(f"{ROWS:,} rows with quoted line breaks in {SHARDS} shards, two of them failing once")
        def _():
            # Three times, as often as the function tries.
            Proxy.faults = {"/00007-": [503, "SlowDown", 3], "/00023-": [500, "InternalError", 3]}
            ended = execute()
            assert ended["status"] == "SUCCEEDED", ended
            answer = json.loads(ended["output"])
            assert answer["rows"] == ROWS, answer
            assert aws.result(table, {"S": answer["partitionKey"]}) == reference(feed, LEAST)
            groups = [item for item in aws.items(table) if "Diagnosis" in item]
            alone = json.loads(functions.invoke(FunctionName=out["Function"], Payload=json.dumps({"key": KEY}))["Payload"].read())
            assert alone["run"] == answer["run"], "one function makes another result of it"
            assert [item for item in aws.items(table) if "Diagnosis" in item] == groups
            runs = list(children(ended["executionArn"]))
            failed = [e["taskFailedEventDetails"]["error"] for run in runs for events in run for e in events if e["type"] == "TaskFailed"]
            assert sorted(failed) == ["Function.Throttled", "Function.Unavailable"], failed
            assert len(runs) == 2 and len(runs[0]) == SHARDS > len(runs[1]), [len(run) for run in runs]
            return f"{len(runs[1])} shards mapped again"

        @case(f"{MANY:,} groups do not fit the memory of one function, and are split")
        def _():
            many = tmp / "many.csv"
            with open(plain) as f, open(many, "w") as to:
                to.writelines(islice(f, 2_001))
                to.writelines(f"Hospital {i},Asthma,Rest,5\n" for i in range(MANY))
            s3.upload_file(str(many), bucket, KEY)
            functions.update_function_configuration(FunctionName=out["Function"], MemorySize=128)
            ended = execute()
            assert ended["status"] == "SUCCEEDED", ended
            answer = json.loads(ended["output"])
            assert answer["suppressed"] > MANY and aws.result(table, {"S": answer["partitionKey"]}) == reference(many, LEAST), answer
            history = machines.get_execution_history(executionArn=ended["executionArn"], maxResults=1000)["events"]
            states = [e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e]
            assert states == ["Plan", "Map", "Check", "Map again?", "Prepare", "Split", "Prepare", "Write", "Publish"], states

    @case("down.sh removes the state machine, and keeps the bucket and the table")
    def _():
        aws.script("down.sh", "--yes")
        assert machines.list_state_machines()["stateMachines"] == []
        assert aws.items(table) and s3.list_objects_v2(Bucket=bucket, Prefix="reduction-runs/")["KeyCount"] > SHARDS


if not installed(TOOLS):
    print("left out, not installed: ministack and the AWS CLI, or openssl")
else:
    with tempfile.TemporaryDirectory() as tmp, account(TOOLS, Path(tmp)) as aws:
        main(Path(tmp), aws)
if failures:
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}")
