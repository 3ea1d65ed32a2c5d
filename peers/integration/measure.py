"""Measure functions with `lab cold` and `lab tune` in accounts that were not written here.

    python measure.py FOLDER BOOTSTRAP LAB

FOLDER is what install.sh filled. The accounts are ministack, which runs functions as processes and
verifies signatures and rights, and moto. They listen on loopback. Whatever happens to a measurement
(Ctrl-C, SIGKILL, a deployment in between), each function is compared before and after. Exit status 1
says that something was not as it should be.

ministack 1.5.33 and moto 5.2.1 depart from AWS in these points. Wire, between lab and them, makes up
for some:

- Lambda's own REPORT line is in no log. The function that is measured prints it, as the Lambda
  Developer Guide shows it.
- ministack's answer to Invoke has another request ID than the function. Wire sends the function's.
- ministack judges the right to CreateFunction by the resource *, and takes GetFunctionConcurrency
  for PutFunctionConcurrency. Those rights are given.
- Neither knows ListProvisionedConcurrencyConfigs, nor moto ListFunctionUrlConfigs. Wire answers with
  an empty list in the place of their 404.
- moto does not serve the packages of functions, so that no copy can be made there.
"""

import base64
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

from common import case, failures, free_port, process, reference

TOOLS, BOOTSTRAP, LAB = (Path(p).resolve() for p in sys.argv[1:4])
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"ministack": TOOLS / "account/bin/ministack", "moto": TOOLS / "venv/bin/moto_server"}
REGION = "eu-central-1"
ASSUMED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}

# A function that prints what Lambda reports. AWS Lambda Developer Guide, "Viewing logs".
PRINTS_REPORT = """
import os
start = "\\tInit Duration: 120.34 ms"
def handler(event, context):
    global start
    print(f"REPORT RequestId: {context.aws_request_id}\\tDuration: 23.04 ms\\tBilled Duration: 24 ms\\t"
          f"Memory Size: {os.environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']} MB\\tMax Memory Used: 34 MB{start}\\t")
    start = ""
    return event
"""


class Wire(ThreadingHTTPServer):
    """Passes on what lab sends to an account. on_invoke, if it is set, is called with the number of each invocation before it is sent on."""

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Relay)
        self.upstream, self.on_invoke, self.invocations = upstream, None, 0
        self.url = f"http://127.0.0.1:{self.server_port}"


class Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/invocations"):
            self.server.invocations += 1
            if self.server.on_invoke:
                self.server.on_invoke(self.server.invocations)
        upstream = http.client.HTTPConnection(self.server.upstream.removeprefix("http://"))
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        status, headers, data = answer.status, dict(answer.getheaders()), answer.read()
        upstream.close()
        for end, empty in (("/urls", "FunctionUrlConfigs"), ("/provisioned-concurrency?List=ALL", "ProvisionedConcurrencyConfigs")):
            if status == 404 and self.path.endswith(end):
                status, data = 200, json.dumps({empty: []}).encode()
        headers = {name.lower(): value for name, value in headers.items()}
        log = base64.b64decode(headers.get("x-amz-log-result", ""))
        if found := re.search(rb"REPORT RequestId: (\S+)", log):
            headers["x-amzn-requestid"] = found[1].decode()
        try:
            self.send_response(status)
            for name in headers.keys() - {"connection", "transfer-encoding", "content-length", "date", "server"}:
                self.send_header(name, headers[name])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except BrokenPipeError:
            pass  # lab was killed

    do_GET = do_POST = do_PUT = do_DELETE = relay

    def log_message(self, *_):
        pass


class Account:
    """An account: its clients, and lab's way to it."""

    def __init__(self, wire, folder):
        self.wire, self.folder = wire, folder
        self.keys = "test", "test"
        self.lambda_, self.iam, self.s3, self.dynamodb, self.sqs = (self.client(s) for s in ("lambda", "iam", "s3", "dynamodb", "sqs"))
        self.role = self.iam.create_role(RoleName="measured", AssumeRolePolicyDocument=json.dumps(ASSUMED))["Role"]["Arn"]

    def client(self, service):
        return boto3.client(service, endpoint_url=self.wire.upstream, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")

    def make(self, name, package, runtime="python3.12", handler="function.handler", **settings):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as z:
            for file, data in package.items():
                info = zipfile.ZipInfo(file)
                info.external_attr = 0o755 << 16
                z.writestr(info, data)
        self.lambda_.create_function(FunctionName=name, Runtime=runtime, Role=self.role, Handler=handler, Code={"ZipFile": archive.getvalue()},
                                     MemorySize=192, Timeout=20, Description="the owner's", **settings)
        self.lambda_.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    def fresh(self):
        """Make a function that nobody has invoked yet, and return its name."""
        name = f"live-{len(self.lambda_.list_functions()['Functions'])}"
        self.make(name, {"function.py": PRINTS_REPORT}, Environment={"Variables": {"SECRET": "hidden"}})
        return name

    def functions(self):
        """The configuration of each function, without what no user sets."""
        moving = {"RevisionId", "LastModified", "ResponseMetadata"}
        found = {}
        for f in self.lambda_.list_functions()["Functions"]:
            name = f["FunctionName"]
            self.lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
            configuration = self.lambda_.get_function_configuration(FunctionName=name)
            found[name] = {k: v for k, v in configuration.items() if k not in moving}
        return found

    def lab(self, *arguments, status=0, on_invoke=None):
        """Run lab, whose process on_invoke is called with, too. Return what it said, and what it left in its folder."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        env = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": self.wire.url, "AWS_REGION": REGION,
               "AWS_ACCESS_KEY_ID": self.keys[0], "AWS_SECRET_ACCESS_KEY": self.keys[1]}
        lab = subprocess.Popen([LAB, *arguments], env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.wire.invocations, self.wire.on_invoke = 0, on_invoke and (lambda n: on_invoke(n, lab))
        said, _ = lab.communicate(timeout=300)
        self.wire.on_invoke = None
        assert lab.returncode == status, f"exit status {lab.returncode}: {said}"
        return said, folder

    def unchanged(self, before):
        after = self.functions()
        assert after == before, f"before {before}\nafter {after}"


def left(folder):
    return list(folder.glob("lab-restore-*.json"))


@contextmanager
def running(name, argv, env, folder):
    """A server that is an account; yields the account."""
    with open(folder / f"{name}.log", "wb") as log, process(argv, env, log, int(env["PORT"])):
        wire = Wire(f"http://127.0.0.1:{env['PORT']}")
        threading.Thread(target=wire.serve_forever, daemon=True).start()
        yield Account(wire, folder)
        wire.shutdown()


def ministack(folder):
    port = str(free_port())
    # BIND_HOST: its default is every address. IOT_MTLS_ENABLED: that port is on every address in any case.
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "PORT": port,
           "IOT_MTLS_ENABLED": "0", "AUTH": "true", "MINISTACK_REGION": REGION}
    return running("ministack", [PROGRAMS["ministack"]], env, folder)


def moto(folder):
    port = str(free_port())
    return running("moto", [PROGRAMS["moto"], "-p", port], {"PATH": os.environ["PATH"], "HOME": str(folder), "PORT": port}, folder)


def interrupt(signal_):
    """Returns what sends a signal in the second invocation."""
    return lambda n, lab: lab.send_signal(signal_) if n == 2 else None


def ended(account, what, live):
    """Measurements that are ended, of copies or of the function itself."""
    measured = "the function itself" if live else "a copy"

    def cold(name, signal_, status):
        how = ["--live", name] if live else []
        return account.lab("cold", "--function", name, "--memory", "128,256", "-n", "2", "--yes", *how, status=status, on_invoke=interrupt(signal_))

    @case(f"{what}: {measured}, Ctrl-C in the second invocation")
    def _():
        name = account.fresh()
        before = account.functions()
        said, folder = cold(name, signal.SIGINT, 1)
        assert "Interrupted" in said, said
        account.unchanged(before)
        assert not left(folder), said

    @case(f"{what}: {measured}, SIGKILL in the second invocation, and --restore")
    def _():
        name = account.fresh()
        before = account.functions()
        said, folder = cold(name, signal.SIGKILL, -signal.SIGKILL)
        changed = {name: f for name, f in account.functions().items() if before.get(name) != f}
        assert len(changed) == 1, f"{changed}: {said}"
        [file] = left(folder)
        said, _ = account.lab("cold", "--restore", str(file))
        account.unchanged(before)
        assert not left(folder), said


def deployed(account, what):
    @case(f"{what}: the function itself, deployed in the second invocation")
    def _():
        name = account.fresh()
        want = account.functions()
        want[name]["Timeout"] = 33

        def deploy(n, _):
            if n == 2:
                account.lambda_.update_function_configuration(FunctionName=name, Timeout=33)

        said, folder = account.lab("cold", "--function", name, "--memory", "128,256", "-n", "2", "--yes", "--live", name, status=1, on_invoke=deploy)
        assert f"somebody else has changed function {name} while it was measured (Timeout)" in said, said
        assert "MemorySize is 192 MB again" in said, said
        account.unchanged(want)
        assert not left(folder), said


def refused(account, what):
    def refused(sign, expected, make, remove):
        @case(f"{what}: the function itself, refused: {sign}")
        def _():
            before = account.functions()
            made = make()
            said, folder = account.lab("cold", "--function", name, "-n", "2", "--yes", "--live", name, status=1)
            remove(made)
            assert expected in said, said
            assert account.wire.invocations == 0 and not left(folder), said
            account.unchanged(before)

    name = account.fresh()
    f = {"FunctionName": name}
    lambda_ = account.lambda_
    queue = account.sqs.create_queue(QueueName="queue")["QueueUrl"]
    arn = account.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    refused("an event source mapping", "an event source mapping reads", lambda: lambda_.create_event_source_mapping(EventSourceArn=arn, **f)["UUID"],
            lambda uuid: lambda_.delete_event_source_mapping(UUID=uuid))
    refused("a policy", "its resource policy lets others invoke it",
            lambda: lambda_.add_permission(StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", **f),
            lambda _: lambda_.remove_permission(StatementId="s", **f))
    refused("reserved concurrency", "7 concurrent executions are reserved", lambda: lambda_.put_function_concurrency(ReservedConcurrentExecutions=7, **f),
            lambda _: lambda_.delete_function_concurrency(**f))


def against_moto(account):
    urllib.request.urlopen(urllib.request.Request(account.wire.upstream + "/moto-api/config", data=json.dumps({"lambda": {"use_docker": False}}).encode(),
                                                  headers={"Content-Type": "application/json"}))

    @case("moto: the function itself, which fails")
    def _():
        name = account.fresh()
        before = account.functions()
        said, folder = account.lab("cold", "--function", name, "--memory", "128,256", "-n", "2", "--yes", "--live", name, status=1)
        assert "no REPORT line" in said and "MemorySize is 192 MB again" in said, said
        account.unchanged(before)
        assert not left(folder), said

    ended(account, "moto", live=True)
    refused(account, "moto")


def against_ministack(account):
    account.make("f", {"function.py": PRINTS_REPORT}, Environment={"Variables": {"SECRET": "hidden"}})
    account.make("g", {"function.py": PRINTS_REPORT})
    account.make("reduction", {"bootstrap": BOOTSTRAP.read_bytes()}, "provided.al2023", "bootstrap", Environment={"Variables": {
        "S3_BUCKET": "records", "FILE_NAME": "in.csv", "DB_TABLE": "results", "AWS_ENDPOINT_URL": account.wire.upstream}})
    # The rights that docs/aws.md gives, and no other.
    page = (ROOT / "docs/aws.md").read_text()
    user = account.iam.create_user(UserName="measurer")["User"]["UserName"]
    for i, policy in enumerate(re.findall(r"```json\n(.*?)```", page, re.S)):
        text = policy.replace("ROLE", "measured").replace("FUNCTION", "live-*")
        account.iam.put_user_policy(UserName=user, PolicyName=f"policy-{i}", PolicyDocument=json.dumps(json.loads(text)))
    account.iam.put_user_policy(UserName=user, PolicyName="ministack", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:PutFunctionConcurrency"], "Resource": "*"}]}))
    key = account.iam.create_access_key(UserName=user)["AccessKey"]
    account.keys = key["AccessKeyId"], key["SecretAccessKey"]
    before = account.functions()

    @case("ministack: copies of two functions at two memory sizes")
    def _():
        said, folder = account.lab("cold", "--function", "f,g", "--memory", "128,256", "-n", "3", "--yes", "--json", "cold.json", "--record", "record.jsonl")
        report = json.loads((folder / "cold.json").read_text())
        assert [(c["function"], c["memoryMB"], c["starts"]) for c in report["cells"]] == [("f", 128, 3), ("g", 128, 3), ("f", 256, 3), ("g", 256, 3)], report
        assert {c["initMs"]["p50"] for c in report["cells"]} == {120.34} and report["ok"], report
        record = [json.loads(line) for line in (folder / "record.jsonl").read_text().splitlines()]
        # On a busy machine ministack may answer without a log. That start is not counted.
        counted = [e for e in record if e["counted"]]
        assert len(record) == 16 and sum(len(c["samples"]) for c in report["cells"]) == len(counted), record
        assert all(f"Memory Size: {e['memoryMB']} MB" in e["line"] and e["round"] > 0 for e in counted), record
        assert all("line" not in e for e in record if not e["counted"] and e["round"] > 0), record
        account.unchanged(before)
        assert not left(folder), said

    for live in False, True:
        @case(f"ministack: tune {'the function itself' if live else 'a copy'}")
        def _():
            name = account.fresh()
            before = account.functions()
            seen = []
            how = ["--live", name] if live else []
            said, folder = account.lab("tune", "--function", name, "--memory", "128,256", "-n", "5", "--yes", "--json", "tune.json", *how,
                                       on_invoke=lambda n, _: seen.append(account.lambda_.get_function_configuration(FunctionName=name)))
            report = json.loads((folder / "tune.json").read_text())
            assert [s["memoryMB"] for s in report["sizes"]] == [128, 256] and report["ok"], report
            assert "https://lambda-power-tuning.show/#" in said, said
            assert len(seen) >= 1 + 2 * 6 and {f["MemorySize"] for f in seen} == ({128, 256} if live else {192}), seen
            account.unchanged(before)
            assert not left(folder), said
            if live:
                said, _ = account.lab("cold", "--function", name, "-n", "2", "--yes", *how, status=1)
                assert f"CloudWatch counts {len(seen)} invocations in the last 25 hours" in said, said

        ended(account, "ministack", live)
    deployed(account, "ministack")
    refused(account, "ministack")

    @case("ministack: our function, with a table of its own")
    def _():
        records = account.folder / "in.csv"
        subprocess.run([LAB, "generate", "--rows", "200", "--out", records], check=True, stderr=subprocess.DEVNULL)
        account.s3.create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": REGION})
        account.s3.upload_file(str(records), "records", "in.csv")
        account.iam.put_role_policy(RoleName="measured", PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"}]}))
        for table in "results", "measured":
            account.dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
                                          AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
                                          KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}])
        before = account.functions()
        said, folder = account.lab("cold", "--function", "reduction", "--table", "measured", "-n", "2", "--yes", status=1)
        assert "no REPORT line" in said, said
        items = account.dynamodb.scan(TableName="measured")["Items"]
        got = {(i["Diagnosis"]["S"], i["Hospital"]["S"]): (float(i["AverageRecoveryTime"]["N"]), i["MostUsedTreatment"]["S"]) for i in items if "Diagnosis" in i}
        assert got == reference(records), f"{len(got)} items: {said}"
        assert account.dynamodb.scan(TableName="results")["Items"] == [], said
        account.unchanged(before)
        assert not left(folder), said

    @case("ministack: without the right to make a copy, nothing is changed")
    def _():
        account.iam.delete_user_policy(UserName=user, PolicyName="policy-0")
        before = account.functions()
        said, folder = account.lab("cold", "--function", "f", "-n", "2", "--yes", status=1)
        assert "AccessDenied" in said, said
        account.unchanged(before)
        assert not left(folder), said


with tempfile.TemporaryDirectory() as tmp:
    for server, cases in (ministack, against_ministack), (moto, against_moto):
        if not PROGRAMS[server.__name__].exists():
            print(f"left out, not installed: {server.__name__}")
            continue
        folder = Path(tmp) / server.__name__
        folder.mkdir()
        with server(folder) as account:
            cases(account)
if failures:
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}")
