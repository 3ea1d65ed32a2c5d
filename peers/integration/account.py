"""An account of AWS that was not written here, for deploy.py and statemachine.py.

It is ministack, which runs packages for provided.al2023 as processes, and enforces the rights of
functions' roles and the policies of buckets and queues. It listens on loopback. The AWS CLI does
all the work in it, as on AWS.

ministack 1.5.33 departs from AWS in three points, and this module makes up for them: it does not
tell the function of LogFormat; of a mapping that a stack makes it does not understand
MaximumConcurrency, until it is set again; and it does not tell the function whom to trust.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import boto3

from common import failures, free_port, process

ROOT = Path(__file__).resolve().parents[2]
LEAST = 5  # MinRecords, where nothing else is said
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]


def in_account(tools, cases):
    """Call cases with an empty folder and an Account, and exit with status 1 if one has failed."""
    if not (tools / "account" / "bin" / "ministack").exists() or not shutil.which("openssl"):
        print("left out, not installed: ministack and the AWS CLI, or openssl")
        return
    with tempfile.TemporaryDirectory() as tmp, account(tools, Path(tmp)) as aws:
        cases(Path(tmp), aws)
    if failures:
        sys.exit(f"{len(failures)} failed: {', '.join(failures)}")


class Account:
    """env is the environment in which the AWS CLI finds the account."""

    def __init__(self, env):
        self.env = env
        self.cloudformation, self.dynamodb = self.client("cloudformation"), self.client("dynamodb")

    def client(self, service):
        env = self.env
        return boto3.client(service, endpoint_url=env["AWS_ENDPOINT_URL"], verify=env["AWS_CA_BUNDLE"], region_name=env["AWS_DEFAULT_REGION"],
                            aws_access_key_id=env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"])

    def script(self, name, *arguments, status=0, answer=""):
        """Run a script of deploy/, and return what it says."""
        done = subprocess.run([ROOT / "deploy" / name, *arguments], env=self.env, input=answer, capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert done.returncode == status, f"exit status {done.returncode}: {said}"
        return said

    def outputs(self, stack):
        return {o["OutputKey"]: o["OutputValue"] for o in self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]}

    def items(self, table):
        return self.dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]

    def result(self, table, key):
        """The items under a partition key, in the form of common.reference."""
        found = self.dynamodb.query(TableName=table, ConsistentRead=True, KeyConditionExpression="PK = :pk", ExpressionAttributeValues={":pk": key})
        return {(i["Diagnosis"]["S"], i["Hospital"]["S"]): (float(i["AverageRecoveryTime"]["N"]), i["MostUsedTreatment"]["S"])
                for i in found["Items"] if "Diagnosis" in i}


@contextmanager
def account(tools, folder):
    """ministack of the folder that install.sh filled, with its data in another folder."""
    port, certificate, key = free_port(), folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
    shared = {"HOME": str(folder), "TMPDIR": str(folder), "AWS_ENDPOINT_URL": f"https://localhost:{port}", "AWS_CA_BUNDLE": str(certificate)}
    server = {**shared, "PATH": os.environ["PATH"], "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "AUTH": "true", "USE_SSL": "1",
              "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key), "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    go = {name: value for name, value in os.environ.items() if name.startswith(("GO", "CGO", "XDG"))}
    cache = subprocess.run(["go", "env", "GOCACHE", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.split()
    binaries = tools / "account" / "bin"
    with open(folder / "ministack.log", "wb") as log, process([binaries / "python", "-m", "ministack"], server, log, port):
        aws = Account({**shared, **go, "GOCACHE": cache[0], "GOMODCACHE": cache[1], "PATH": f"{binaries}:{os.environ['PATH']}",
                       "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
        stop = threading.Event()
        mender = threading.Thread(target=mend, args=(aws.client("lambda"), stop))
        mender.start()
        try:
            yield aws
        finally:
            stop.set()
            mender.join()


def mend(mappings, stop):
    """Set MaximumConcurrency again in each new mapping."""
    mended = set()
    while not stop.wait(0.5):
        for mapping in mappings.list_event_source_mappings()["EventSourceMappings"]:
            if mapping["UUID"] not in mended:
                mended.add(mapping["UUID"])
                mappings.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": 10})


def until(what, seconds=300):
    """Call what until it returns something, and return that."""
    end = time.time() + seconds
    while time.time() < end:
        if found := what():
            return found
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s")
