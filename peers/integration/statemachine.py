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
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

from account import ARCHITECTURE, LEAST, ROOT, in_account, until
from common import case, reference

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
    s3, functions, machines, iam = (aws.client(service) for service in ("s3", "lambda", "stepfunctions", "iam"))
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

    def ended(execution):
        description = machines.describe_execution(executionArn=execution)
        return description if description["status"] != "RUNNING" else None

    def execute():
        """Start an execution as docs/scale.md says, and return its description when it has ended."""
        command = re.search(r"```sh\n(EXECUTION=.*?)```", (ROOT / "docs" / "scale.md").read_text(), re.S)[1]
        done = subprocess.run(["bash", "-euc", command + '\necho "$EXECUTION"'], capture_output=True, text=True, check=True,
                              env={**aws.env, "MACHINE": machine, "KEY": KEY})
        execution = done.stdout.splitlines()[-1]
        return until(lambda: ended(execution), 600)

    def entered(execution):
        """The names of the states that an execution entered, and their inputs."""
        history = machines.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        return [(e["stateEnteredEventDetails"]["name"], e["stateEnteredEventDetails"]["input"]) for e in history if "stateEnteredEventDetails" in e]

    def children(execution):
        """The histories of the children of each Map Run."""
        for run in machines.list_map_runs(executionArn=execution)["mapRuns"]:
            pages = machines.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"])
            yield [machines.get_execution_history(executionArn=child["executionArn"])["events"] for page in pages for child in page["executions"]]

    with proxy(aws.env) as url:
        functions.update_function_configuration(FunctionName=out["Function"], Environment={"Variables": {**setting, "AWS_ENDPOINT_URL_S3": url}})

        @case(f"{ROWS:,} rows with quoted line breaks in {SHARDS} shards, two of them failing once")
        def _():
            # Three times, as often as the function tries.
            Proxy.faults = {"/00007-": [503, "SlowDown", 3], "/00023-": [500, "InternalError", 3]}
            done = execute()
            assert done["status"] == "SUCCEEDED", done
            answer = json.loads(done["output"])
            assert answer["rows"] == ROWS, answer
            assert aws.result(table, {"S": answer["partitionKey"]}) == reference(feed, LEAST)
            groups = [item for item in aws.items(table) if "Diagnosis" in item]
            alone = json.loads(functions.invoke(FunctionName=out["Function"], Payload=json.dumps({"key": KEY}))["Payload"].read())
            assert alone["run"] == answer["run"], "one function makes another result of it"
            assert [item for item in aws.items(table) if "Diagnosis" in item] == groups
            runs = list(children(done["executionArn"]))
            failed = [e["taskFailedEventDetails"]["error"] for run in runs for events in run for e in events if e["type"] == "TaskFailed"]
            assert sorted(failed) == ["Function.Throttled", "Function.Unavailable"], failed
            assert len(runs) == 2 and len(runs[0]) == SHARDS > len(runs[1]), [len(run) for run in runs]
            return f"{len(runs[1])} shards mapped again"

        @case("a shard that cannot be stored fails the execution, nothing is written, and the rest is done later")
        def _():
            s3.upload_file(str(plain), bucket, KEY)
            before = aws.items(table)
            Proxy.faults = {"/00011-": [403, "AccessDenied", 1]}
            done = execute()
            assert (done["status"], done["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold"), done
            assert aws.items(table) == before

            # A redrive continues with the state that failed, and its input. ministack cannot do it. Another
            # state machine that begins there can.
            described = machines.describe_state_machine(stateMachineArn=machine)
            (first, _), (state, given) = entered(done["executionArn"])
            assert (first, state) == ("Plan", "Map")
            definition = json.dumps(json.loads(described["definition"]) | {"StartAt": state})
            redriven = machines.create_state_machine(name="redriven", definition=definition, roleArn=described["roleArn"])["stateMachineArn"]
            execution = machines.start_execution(stateMachineArn=redriven, input=given)["executionArn"]
            again = until(lambda: ended(execution), 600)
            assert again["status"] == "SUCCEEDED", again
            assert aws.result(table, {"S": json.loads(again["output"])["partitionKey"]}) == reference(plain, LEAST)
            machines.delete_state_machine(stateMachineArn=redriven)

        @case(f"{MANY:,} groups do not fit the memory of one function, and are split")
        def _():
            many = tmp / "many.csv"
            with open(plain) as f, open(many, "w") as to:
                to.writelines(islice(f, 2_001))
                to.writelines(f"Hospital {i},Asthma,Rest,5\n" for i in range(MANY))
            s3.upload_file(str(many), bucket, KEY)
            functions.update_function_configuration(FunctionName=out["Function"], MemorySize=128)
            done = execute()
            assert done["status"] == "SUCCEEDED", done
            answer = json.loads(done["output"])
            assert answer["suppressed"] > MANY and aws.result(table, {"S": answer["partitionKey"]}) == reference(many, LEAST), answer
            states = [name for name, _ in entered(done["executionArn"])]
            assert states == ["Plan", "Map", "Check", "Map again?", "Prepare", "Split", "Prepare", "Write", "Publish"], states

    @case("an event of EventBridge after which nothing is to be read")
    def _():
        event = {"version": "0", "source": "aws.s3", "detail-type": "Object Created",
                 "detail": {"bucket": {"name": bucket}, "object": {"key": "reduction-runs/1/00000-guess-0.part", "size": 10}}}
        execution = machines.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
        done = until(lambda: ended(execution))
        assert done["status"] == "SUCCEEDED" and [name for name, _ in entered(execution)] == ["Plan", "Nothing to read"], done

    @case("the roles allow what the steps need, and no more")
    def _():
        role = machines.describe_state_machine(stateMachineArn=machine)["roleArn"]
        function = functions.get_function_configuration(FunctionName=out["Function"])
        execution = machine.replace(":stateMachine:", ":execution:")
        runs, records, other = (f"arn:aws:s3:::{bucket}/{key}" for key in ("reduction-runs/1/tasks-1.part", KEY, "reduction-runs"))
        rights = {role: {("lambda:InvokeFunction", function["FunctionArn"]), ("s3:GetObject", runs), ("states:StartExecution", machine),
                         ("states:DescribeExecution", execution + ":1"), ("states:RedriveExecution", execution + "/Map:1")},
                  function["Role"]: {("s3:GetObject", runs), ("s3:PutObject", runs), ("s3:GetObject", records), ("s3:GetObject", other)}}
        actions = {action for allowed in rights.values() for action, _ in allowed} | {"s3:DeleteObject", "states:StopExecution"}
        resources = {resource for allowed in rights.values() for _, resource in allowed} | {machine + "2", function["FunctionArn"] + "2", execution + "2:1"}
        for role, allowed in rights.items():
            got = {(action, resource) for resource in resources for action in actions if iam.simulate_principal_policy(
                PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])["EvaluationResults"][0]["EvalDecision"] == "allowed"}
            assert got == allowed, (role, got ^ allowed)

    @case("down.sh removes the state machine, and keeps the bucket and the table")
    def _():
        aws.script("down.sh", "--yes")
        assert machines.list_state_machines()["stateMachines"] == []
        assert aws.items(table) and s3.list_objects_v2(Bucket=bucket, Prefix="reduction-runs/")["KeyCount"] > SHARDS


in_account(TOOLS, main)
