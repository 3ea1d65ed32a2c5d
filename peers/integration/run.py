"""Hold the function against servers and clients that were not written here.

    python run.py FOLDER BOOTSTRAP LAB

FOLDER is what install.sh filled. Each case names its servers; one that is not installed is
named and left out. Exit status 1 says that something disagreed.

S3 is versitygw and MinIO, DynamoDB dynalite or moto, the Runtime API AWS's own emulator, and
toxiproxy stands between where a case is about faults. boto3 sets up and reads back. The
reference result is made here, with Python's csv module and exact fractions.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
from botocore.config import Config

from common import case, failures, free_port, process, reference
from reader import Reader, newest

TOOLS, BOOTSTRAP, LAB = (Path(p).resolve() for p in sys.argv[1:4])
REPOSITORY = Path(__file__).resolve().parents[2]
ACCESS, SECRET, REGION = "AKIDINTEGRATION", "integration-secret", "eu-central-1"
skipped = set()


def tool(name):
    path = TOOLS / name
    if not path.exists():
        skipped.add(name)
        return None
    return str(path)


def client(service, endpoint, secret=SECRET):
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=ACCESS,
                        aws_secret_access_key=secret, config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@contextmanager
def versitygw(folder):
    port, root = free_port(), folder / "s3"
    root.mkdir(exist_ok=True)
    argv = [tool("bin/versitygw"), "--port", f"127.0.0.1:{port}", "--access", ACCESS, "--secret", SECRET,
            "--region", REGION, "--quiet", "--keep-alive", "posix", "--sidecar", str(folder / "sidecar"), str(root)]
    (folder / "sidecar").mkdir(exist_ok=True)
    with process(argv, port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def minio(folder):
    port, console = free_port(), free_port()
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "MINIO_ROOT_USER": ACCESS, "MINIO_ROOT_PASSWORD": SECRET,
           "MINIO_REGION": REGION, "MINIO_BROWSER": "off", "MINIO_CALLHOME_ENABLE": "off", "MINIO_UPDATE": "off"}
    argv = [tool("bin/minio"), "server", "--quiet", "--address", f"127.0.0.1:{port}", "--console-address", f"127.0.0.1:{console}", str(folder / "minio")]
    with process(argv, env, port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def dynalite(folder):
    port = free_port()
    with process([tool("node_modules/.bin/dynalite"), "--port", str(port), "--createTableMs", "0"], port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def moto(folder):
    port = free_port()
    with process([tool("venv/bin/moto_server"), "-p", str(port)], port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def function(folder, s3, dynamodb, **settings):
    """BOOTSTRAP behind AWS's Runtime Interface Emulator; yields a call and the log's path."""
    port, api = free_port(), free_port()
    log = folder / "function.log"
    env = {
        "PATH": os.environ["PATH"],
        "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL_S3": s3, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
        "S3_BUCKET": "records", "FILE_NAME": "in.csv", "DB_TABLE": "Results", **settings,
    }
    argv = [tool("bin/aws-lambda-rie"), "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
            "--runtime-api-address", f"127.0.0.1:{api}", str(BOOTSTRAP)]

    def invoke(event):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations",
                                         data=json.dumps(event).encode())
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.loads(answer.read())

    with open(log, "wb") as out, process(argv, env, out, port):
        yield invoke, log


def stored(dynamodb):
    items, start = [], {}
    while True:
        page = dynamodb.scan(TableName="Results", ConsistentRead=True, **start)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def compare(items, want):
    got = {}
    for item in items:
        d, h = item["Diagnosis"]["S"], item["Hospital"]["S"]
        assert item["SK"]["S"] == f"#diagnosis#{d}#hospital#{h}", "sort key"
        assert set(item) == {"PK", "SK", "AverageRecoveryTime", "Diagnosis", "Hospital", "MostUsedTreatment"}, sorted(item)
        got[d, h] = float(item["AverageRecoveryTime"]["N"]), item["MostUsedTreatment"]["S"]
    assert got == want, f"{len(got)} items, {len(want)} expected, {sum(got.get(k) != v for k, v in want.items())} differ"
    assert len({item["PK"]["S"] for item in items}) <= 1, "one partition key"


def new_table(endpoint, name="Results"):
    dynamodb = client("dynamodb", endpoint)
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
                          KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}])
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return dynamodb


def main():
    for name in "bin/versitygw", "bin/minio", "bin/aws-lambda-rie", "bin/toxiproxy", "node_modules/.bin/dynalite", "venv/bin/moto_server":
        tool(name)
    stores = [s for s in (versitygw, minio) if f"bin/{s.__name__}" not in skipped]
    if not stores or "bin/aws-lambda-rie" in skipped:
        sys.exit(f"integration: needs an S3 and the runtime emulator; not installed: {sorted(skipped)}")
    databases = [d for d, t in ((dynalite, "node_modules/.bin/dynalite"), (moto, "venv/bin/moto_server")) if t not in skipped]
    with tempfile.TemporaryDirectory() as tmp:
        tmp = Path(tmp)
        files = {}
        for rows in 2_000, 10_000, 1_000_000:
            files[rows] = tmp / f"{rows}.csv"
            subprocess.run([LAB, "generate", "--rows", str(rows), "--out", files[rows]], check=True, stderr=subprocess.DEVNULL)
        for store in stores:
            with ExitStack() as stack:
                against(store, databases, tmp, stack, files)


def against(store, databases, tmp, stack, files):
    """Every case on one S3."""
    s3_name, s3_url = store.__name__, stack.enter_context(store(tmp))
    s3 = client("s3", s3_url)
    s3.create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": REGION})
    for path in files.values():
        s3.upload_file(str(path), "records", path.name)

    for database in databases:
        for rows, path in files.items():
            @case(f"{s3_name}, {database.__name__}, runtime emulator: {rows:,} rows")
            def _():
                with database(tmp) as db_url, function(tmp, s3_url, db_url) as (invoke, _log):
                    dynamodb = new_table(db_url)
                    answer = invoke({"key": path.name})
                    assert answer.get("rows") == rows, answer
                    compare(stored(dynamodb), reference(path))
                    return f"read {answer['ms']['read']} ms, write {answer['ms']['write']} ms"

    if not databases:
        print("no database: nothing to write to", flush=True)
        return
    db_url = stack.enter_context(databases[0](tmp))
    dynamodb = new_table(db_url)

    def refused(name, expected, event, **settings):
        @case(f"{s3_name}: {name}")
        def _():
            with function(tmp, s3_url, db_url, **settings) as (invoke, _log):
                answer = invoke(event)
                assert "errorMessage" in answer, answer
                assert expected in answer["errorMessage"], answer["errorMessage"]
                assert stored(dynamodb) == [], "something was written"

    refused("a wrong secret", "SignatureDoesNotMatch", {"key": "2000.csv"}, AWS_SECRET_ACCESS_KEY="wrong")
    refused("a missing key", "s3://records/none.csv", {"key": "none.csv"})
    refused("a missing bucket", "NoSuchBucket", {"bucket": "no-such", "key": "2000.csv"})
    s3.put_object(Bucket="records", Key="bad.csv", Body=b"Hospital,Diagnosis,Treatment,Recovery Time\nA,B,C,1\nA,B,C,secret\n")
    refused("a bad row", "record 3 at byte 51, column Recovery Time", {"key": "bad.csv"})
    s3.put_object(Bucket="records", Key="names/a b+c!*'()ä.csv", Body=files[2_000].read_bytes())

    @case(f"{s3_name}: a key with every awkward character")
    def _():
        with function(tmp, s3_url, db_url) as (invoke, _log):
            assert invoke({"key": "names/a b+c!*'()ä.csv"}).get("rows") == 2_000

    @case(f"{s3_name}: a checksum of the whole object demanded, over one connection and over several")
    def _():
        s3.put_object(Bucket="records", Key="summed.csv", Body=files[1_000_000].read_bytes(), ChecksumAlgorithm="CRC32")
        for memory in "256", "1769":
            with function(tmp, s3_url, db_url, VERIFY="full", AWS_LAMBDA_FUNCTION_MEMORY_SIZE=memory) as (invoke, _log):
                answer = invoke({"key": "summed.csv"})
                assert answer.get("rows") == 1_000_000, answer

    for database in databases:
        trusted(s3_name, s3, s3_url, database, tmp, files[2_000])
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    for database in databases:
        @case(f"{s3_name}, {database.__name__}: packages sigv4 and sigv4http")
        def _():
            with database(tmp) as url:
                new_table(url, "notes")
                variables = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET,
                             "AWS_ENDPOINT_URL_S3": s3_url, "AWS_ENDPOINT_URL_DYNAMODB": url}
                test = subprocess.run(["go", "test", "-tags=integration", "-count=1", "-v", "-run=^TestElsewhere$", "./sigv4/sigv4http"], text=True, stdout=subprocess.PIPE, cwd=REPOSITORY,
                                      env=os.environ | {"SIGV4_" + name: value for name, value in variables.items()})
                assert "--- PASS: TestElsewhere" in test.stdout, test.stdout

    if "bin/toxiproxy" not in skipped:
        faults(s3_name, tmp, stack, s3_url, db_url, files[1_000_000])


def trusted(s3_name, s3, s3_url, database, tmp, path):
    """What docs/results.md promises, with a reader that polls."""
    header, *rows = path.read_text().splitlines(keepends=True)
    where = f"{s3_name}, {database.__name__}"

    @case(f"{where}: a reader polls while versions replace each other and two functions run at once")
    def _():
        versions, folders = [], [tmp / "one", tmp / "two"]
        for i, n in enumerate([2_000, 7, 900, 1, 300, 1_500, 40, 2_000, 60, 1_000, 3, 500]):
            versions.append(tmp / f"version-{i}.csv")
            versions[i].write_text(header + "".join(rows[i:n]) + f"Hospital of version {i},Asthma,Rest,{i}\n")
        known = {}
        with ExitStack() as both:
            dynamodb = new_table(db_url := both.enter_context(database(tmp)))
            for folder in folders:
                folder.mkdir(exist_ok=True)
            invoke = [both.enter_context(function(folder, s3_url, db_url, LATEST="object"))[0] for folder in folders]

            def upload(i):
                known['"' + hashlib.md5(versions[i].read_bytes()).hexdigest() + '"'] = i, reference(versions[i])
                s3.put_object(Bucket="records", Key="in.csv", Body=versions[i].read_bytes())

            upload(0)
            reader = both.enter_context(Reader(client("dynamodb", db_url), "Results", "#object#records#in.csv", known, compare))
            with ThreadPoolExecutor(2) as pool:
                for i in range(1, len(versions)):
                    under_way = [pool.submit(f, {}) for f in invoke]
                    upload(i)
                    answers = [r.result() for r in under_way]
                    # versitygw may answer with one version's bytes and the other's checksum.
                    assert all("run" in a or a["errorType"] in ("Function.Checksum", "Function.Changed") for a in answers), answers
                    if i % 3:
                        assert "run" in invoke[i % 2]({})
            for f in invoke:
                f({})
            reader.ended.set()
            reader.join()
            reader.once()
            assert reader.error is None, reader.error
            assert reader.seen[-1] == len(versions) - 1, reader.seen
            return f"{reader.reads} reads, of {len(reader.seen)} versions"

    @case(f"{where}: objects on two pages of a listing, in one result")
    def _():
        objects = {f"days/{i}.csv": header + row for i, row in enumerate(rows[:1_050])}
        objects |= {"days/": "", "days/a b+c!*'()ä&<.csv": header + "".join(rows[1_050:])}
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda o: s3.put_object(Bucket="records", Key=o[0], Body=o[1].encode()), objects.items()))
        with database(tmp) as db_url, function(tmp, s3_url, db_url, LATEST="object") as (invoke, _log):
            dynamodb = new_table(db_url)
            answer = invoke({"prefix": "days/"})
            assert answer.get("objects") == 1_051 and answer["rows"] == 2_000, answer
            pointer, items = newest(dynamodb, "Results", "#prefix#records#days/")
            assert items[0]["Objects"]["N"] == "1051" and int(pointer["Groups"]["N"]) == len(items) - 1
            for item in items:
                del item["Run"]
            compare(items[1:], reference(path))


def faults(s3_name, tmp, stack, s3_url, db_url, path):
    """toxiproxy between the function and S3: each connection is cut, or slow, or reset."""
    api = free_port()
    stack.enter_context(process([tool("bin/toxiproxy"), "-host", "127.0.0.1", "-port", str(api)], port=api))

    def call(where, body):
        request = urllib.request.Request(f"http://127.0.0.1:{api}{where}", data=json.dumps(body).encode())
        urllib.request.urlopen(request).read()

    toxics = [
        ("25 ms a round trip", {"type": "latency", "attributes": {"latency": 25, "jitter": 5}}),
        ("every connection cut after 3 MB", {"type": "limit_data", "attributes": {"bytes": 3_000_000}}),
        ("a tenth of the connections reset after 50 ms", {"type": "reset_peer", "toxicity": 0.1, "attributes": {"timeout": 50}}),
        ("bytes in slices", {"type": "slicer", "attributes": {"average_size": 1000, "size_variation": 900, "delay": 0}}),
    ]
    for i, (name, toxic) in enumerate(toxics):
        @case(f"toxiproxy before {s3_name}: {name}")
        def _():
            port = free_port()
            call("/proxies", {"name": f"s3-{i}", "listen": f"127.0.0.1:{port}", "upstream": s3_url.removeprefix("http://"), "enabled": True})
            call(f"/proxies/s3-{i}/toxics", {"name": "t", "stream": "downstream", **toxic})
            with function(tmp, f"http://127.0.0.1:{port}", db_url) as (invoke, _log):
                answer = invoke({"key": path.name})
                assert answer.get("rows") == 1_000_000, answer
                items = [item for item in stored(client("dynamodb", db_url)) if item["PK"]["S"] == answer["requestId"]]
                compare(items, reference(path))


print(f"integration: {platform.platform()}, Python {platform.python_version()}")
main()
for name in sorted(skipped):
    print(f"left out, not installed: {name}")
if failures:
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}")
