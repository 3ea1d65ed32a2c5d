"""Hold the emulator, `lab serve`, against boto3, AWS's client for Python.

    python emulator.py BOOTSTRAP LAB

Each case runs twice, over HTTP and over HTTPS: boto3 sends other bodies over each. BOOTSTRAP
is the program behind the function that is invoked. Exit status 1 says that something disagreed.
"""

import base64
import hashlib
import hmac
import io
import json
import random
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from contextlib import contextmanager
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

BOOTSTRAP, LAB = (Path(p).resolve() for p in sys.argv[1:3])
BUCKET, TABLE, FUNCTION, ROWS = "records", "results", "reduce", 2_000
MB = 1 << 20
failures, cases = [], []


def case(f):
    cases.append(f)
    return f


@contextmanager
def emulator(*flags):
    """`lab serve` on a free port; yields the variables that it prints."""
    argv = [LAB, "serve", "--addr", "127.0.0.1:0", "--bucket", BUCKET, "--table", TABLE, "--rows", str(ROWS), "--key", "in.csv",
            "--function", BOOTSTRAP, "--name", FUNCTION, "--quiet", *flags]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            env = {}
            for line in process.stdout:
                if found := re.match(r"export (\w+)='?(.*?)'?$", line):
                    env[found[1]] = found[2]
                if line.startswith("# function"):
                    break
            assert env, "lab serve printed no variables"
            yield env
        finally:
            process.terminate()


class Clients:
    """boto3's clients of one emulator. override changes what they sign with."""

    def __init__(self, env):
        self.env = env
        self.s3, self.dynamodb, self.lambda_ = (self.client(service) for service in ("s3", "dynamodb", "lambda"))

    def client(self, service, config=None, **override):
        config = config or Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, config=config, **(self.settings() | override))

    def settings(self):
        return dict(region_name=self.env["AWS_REGION"], endpoint_url=self.env["AWS_ENDPOINT_URL"], verify=self.env.get("AWS_CA_BUNDLE"),
                    aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
                    aws_session_token=self.env.get("AWS_SESSION_TOKEN"))

    def fetch(self, url, method="GET", body=None, header=None):
        """Send a request without boto3; returns status and body."""
        context = ssl.create_default_context(cafile=self.env["AWS_CA_BUNDLE"]) if url.startswith("https") else None
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, header or {}, method=method), context=context) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()


def refused(code, call, *args, **kwargs):
    """Assert that a call fails with an error code; returns the error."""
    try:
        call(*args, **kwargs)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, f"{e.response['Error']}, want {code}"
        return e.response
    raise AssertionError(f"no {code}")


def noise(n, seed=1):
    return random.Random(seed).randbytes(n)


def same(got, want):
    assert got == want, f"got {got!r:.300}, want {want!r:.300}"


# S3


@case
def buckets(c):
    c.s3.create_bucket(Bucket="another")
    assert {BUCKET, "another"} <= {b["Name"] for b in c.s3.list_buckets()["Buckets"]}
    same(c.s3.get_bucket_location(Bucket="another")["LocationConstraint"], None)
    c.s3.put_object(Bucket="another", Key="k", Body=b"")
    refused("BucketNotEmpty", c.s3.delete_bucket, Bucket="another")
    c.s3.delete_object(Bucket="another", Key="k")
    c.s3.delete_bucket(Bucket="another")
    refused("404", c.s3.head_bucket, Bucket="another")
    refused("NoSuchBucket", c.s3.get_object, Bucket="another", Key="k")
    refused("InvalidBucketName", c.s3.create_bucket, Bucket="Not.Allowed")
    refused("NotImplemented", c.s3.get_bucket_policy, Bucket=BUCKET)


@case
def objects(c):
    data = noise(100_000)
    put = c.s3.put_object(Bucket=BUCKET, Key="a/b c+ä!*'()~", Body=data, ContentType="text/csv", Metadata={"day": "1"}, StorageClass="STANDARD_IA")
    same(put["ETag"], f'"{hashlib.md5(data).hexdigest()}"')
    got = c.s3.get_object(Bucket=BUCKET, Key="a/b c+ä!*'()~")
    same(got["Body"].read(), data)
    same((got["ContentType"], got["Metadata"], got["StorageClass"], got["ETag"]), ("text/csv", {"day": "1"}, "STANDARD_IA", put["ETag"]))
    head = c.s3.head_object(Bucket=BUCKET, Key="a/b c+ä!*'()~")
    same((head["ContentLength"], head["ETag"]), (len(data), put["ETag"]))
    refused("NoSuchKey", c.s3.get_object, Bucket=BUCKET, Key="none")
    refused("404", c.s3.head_object, Bucket=BUCKET, Key="none")
    same(c.s3.get_object(Bucket=BUCKET, Key="a/b c+ä!*'()~", ResponseContentType="text/plain")["ContentType"], "text/plain")


@case
def ranges_and_conditions(c):
    data = noise(1000)
    etag = c.s3.put_object(Bucket=BUCKET, Key="ranges", Body=data)["ETag"]
    for header, want, shown in (("bytes=0-9", data[:10], "bytes 0-9/1000"), ("bytes=990-", data[990:], "bytes 990-999/1000"),
                                ("bytes=-10", data[-10:], "bytes 990-999/1000"), ("bytes=990-5000", data[990:], "bytes 990-999/1000")):
        got = c.s3.get_object(Bucket=BUCKET, Key="ranges", Range=header)
        same((got["Body"].read(), got["ContentRange"], got["ResponseMetadata"]["HTTPStatusCode"]), (want, shown, 206))
    refused("InvalidRange", c.s3.get_object, Bucket=BUCKET, Key="ranges", Range="bytes=1000-")
    same(c.s3.get_object(Bucket=BUCKET, Key="ranges", IfMatch=etag)["Body"].read(), data)
    refused("PreconditionFailed", c.s3.get_object, Bucket=BUCKET, Key="ranges", IfMatch='"other"')
    refused("304", c.s3.get_object, Bucket=BUCKET, Key="ranges", IfNoneMatch=etag)
    refused("PreconditionFailed", c.s3.put_object, Bucket=BUCKET, Key="ranges", Body=b"", IfNoneMatch="*")
    refused("PreconditionFailed", c.s3.put_object, Bucket=BUCKET, Key="ranges", Body=b"", IfMatch='"other"')


@case
def checksums(c):
    """boto3 adds a CRC32 of its own: in a header over HTTP, in a trailer over HTTPS. It checks what it gets."""
    data = noise(70_000)
    for algorithm, sum_of in (("CRC32", lambda d: zlib.crc32(d).to_bytes(4)), ("SHA1", lambda d: hashlib.sha1(d).digest()),
                              ("SHA256", lambda d: hashlib.sha256(d).digest())):
        want = base64.b64encode(sum_of(data)).decode()
        for body in data, io.BytesIO(data):
            same(c.s3.put_object(Bucket=BUCKET, Key="sums", Body=body, ChecksumAlgorithm=algorithm)["Checksum" + algorithm], want)
            got = c.s3.get_object(Bucket=BUCKET, Key="sums", ChecksumMode="ENABLED")
            same((got["Body"].read(), got["Checksum" + algorithm], got["ChecksumType"]), (data, want, "FULL_OBJECT"))
        refused("BadDigest", c.s3.put_object, Bucket=BUCKET, Key="sums", Body=b"other", **{"Checksum" + algorithm: want})
    plain = c.client("s3", Config(request_checksum_calculation="when_required"))
    assert plain.put_object(Bucket=BUCKET, Key="sums", Body=data)["ChecksumCRC64NVME"], "S3 adds CRC64NVME to what has none"
    refused("BadDigest", plain.put_object, Bucket=BUCKET, Key="sums", Body=b"x", ContentMD5=base64.b64encode(hashlib.md5(b"y").digest()).decode())


@case
def listings(c):
    keys = [f"list/{i // 10}/{i:03}" for i in range(35)] + ["list/ä +&%"]
    for key in keys:
        c.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    for operation in "list_objects", "list_objects_v2":
        for size in 1, 7, 1000:
            pages = list(c.s3.get_paginator(operation).paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size}))
            same([o["Key"] for p in pages for o in p["Contents"]], keys)
            pages = c.s3.get_paginator(operation).paginate(Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size})
            got = [(p.get("CommonPrefixes", []), p.get("Contents", [])) for p in pages]
            same([q["Prefix"] for prefixes, _ in got for q in prefixes], [f"list/{i}/" for i in range(4)])
            same([o["Key"] for _, contents in got for o in contents], ["list/ä +&%"])
    same(c.s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/3/033")["KeyCount"], 2)
    gone = c.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    same(len(gone["Deleted"]), len(keys))
    same(c.s3.list_objects_v2(Bucket=BUCKET, Prefix="list/")["KeyCount"], 0)


@case
def versions(c):
    c.s3.create_bucket(Bucket="versioned")
    c.s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    same(c.s3.get_bucket_versioning(Bucket="versioned")["Status"], "Enabled")
    ids = [c.s3.put_object(Bucket="versioned", Key="k", Body=body)["VersionId"] for body in (b"one", b"two")]
    same(c.s3.get_object(Bucket="versioned", Key="k", VersionId=ids[0])["Body"].read(), b"one")
    marker = c.s3.delete_object(Bucket="versioned", Key="k")
    assert marker["DeleteMarker"]
    refused("NoSuchKey", c.s3.get_object, Bucket="versioned", Key="k")
    listed = c.s3.list_object_versions(Bucket="versioned")
    same([v["VersionId"] for v in listed["Versions"]], ids[::-1])
    same([m["VersionId"] for m in listed["DeleteMarkers"]], [marker["VersionId"]])
    for version in ids + [marker["VersionId"]]:
        c.s3.delete_object(Bucket="versioned", Key="k", VersionId=version)
    c.s3.delete_bucket(Bucket="versioned")


@case
def multipart(c):
    data = noise(13 * MB)
    transfer = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB)
    c.s3.upload_fileobj(io.BytesIO(data), BUCKET, "big", Config=transfer)
    got = io.BytesIO()
    c.s3.download_fileobj(BUCKET, "big", got, Config=transfer)
    same(got.getvalue() == data, True)
    assert c.s3.head_object(Bucket=BUCKET, Key="big")["ETag"].endswith('-3"')
    part = c.s3.get_object(Bucket=BUCKET, Key="big", PartNumber=3)
    same((part["Body"].read() == data[10 * MB:], part["PartsCount"]), (True, 3))

    c.s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "copied in parts", Config=transfer)
    same(c.s3.get_object(Bucket=BUCKET, Key="copied in parts")["Body"].read() == data, True)

    upload = c.s3.create_multipart_upload(Bucket=BUCKET, Key="by hand", ChecksumAlgorithm="SHA256")["UploadId"]
    to = dict(Bucket=BUCKET, Key="by hand", UploadId=upload)
    same([u["UploadId"] for u in c.s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]], [upload])
    parts = []
    for number, body in enumerate((data[:5 * MB], data[5 * MB:6 * MB]), 1):
        done = c.s3.upload_part(**to, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256")
        parts.append({"PartNumber": number, "ETag": done["ETag"], "ChecksumSHA256": done["ChecksumSHA256"]})
    same([p["Size"] for p in c.s3.list_parts(**to)["Parts"]], [5 * MB, MB])
    refused("InvalidPart", c.s3.complete_multipart_upload, **to, MultipartUpload={"Parts": [parts[0], parts[1] | {"ETag": parts[0]["ETag"]}]})
    refused("InvalidPartOrder", c.s3.complete_multipart_upload, **to, MultipartUpload={"Parts": parts[::-1]})
    same(c.s3.complete_multipart_upload(**to, MultipartUpload={"Parts": parts})["ChecksumSHA256"][-2:], "-2")
    upload = c.s3.create_multipart_upload(Bucket=BUCKET, Key="given up")["UploadId"]
    c.s3.abort_multipart_upload(Bucket=BUCKET, Key="given up", UploadId=upload)
    refused("NoSuchUpload", c.s3.list_parts, Bucket=BUCKET, Key="given up", UploadId=upload)


@case
def copies_and_tags(c):
    c.s3.put_object(Bucket=BUCKET, Key="from", Body=b"data", Metadata={"a": "1"}, Tagging="k=v")
    c.s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "from"})
    got = c.s3.get_object(Bucket=BUCKET, Key="to")
    same((got["Body"].read(), got["Metadata"], got["TagCount"]), (b"data", {"a": "1"}, 1))
    same(c.s3.get_object_tagging(Bucket=BUCKET, Key="to")["TagSet"], [{"Key": "k", "Value": "v"}])
    refused("NoSuchKey", c.s3.copy_object, Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "none"})
    refused("InvalidRequest", c.s3.copy_object, Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "to"})


@case
def presigned(c):
    c.s3.put_object(Bucket=BUCKET, Key="signed for", Body=b"data")
    v4 = c.client("s3", Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    url = v4.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed for"}, ExpiresIn=60)
    same(c.fetch(url), (200, b"data"))
    same(c.fetch(url.replace("signed%20for", "other"))[0], 403)
    put = v4.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "by URL"})
    same(c.fetch(put, "PUT", b"sent")[0], 200)
    same(c.s3.get_object(Bucket=BUCKET, Key="by URL")["Body"].read(), b"sent")
    old = c.client("s3", Config(signature_version="s3")).generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed for"})
    same(c.fetch(old)[0], 400)


@case
def signed_chunks(c):
    """What Java's client sends: each chunk with a signature that covers the one before."""
    data = noise(150_000)
    keys = Credentials(c.env["AWS_ACCESS_KEY_ID"], c.env["AWS_SECRET_ACCESS_KEY"], c.env.get("AWS_SESSION_TOKEN"))

    class Seed(S3SigV4Auth):
        def payload(self, request):
            return "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

        def signature(self, string_to_sign, request):
            self.seed = super().signature(string_to_sign, request)
            return self.seed

    def send(spoil=False):
        request = AWSRequest("PUT", f"{c.env['AWS_ENDPOINT_URL']}/{BUCKET}/chunks", data=b"", headers={
            "Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": str(len(data))})
        auth = Seed(keys, "s3", c.env["AWS_REGION"])
        auth.add_auth(request)
        scope, key, previous = auth.credential_scope(request), ("AWS4" + keys.secret_key).encode(), auth.seed
        for word in scope.split("/"):
            key = hmac.digest(key, word.encode(), "sha256")
        body = b""
        for at in range(0, len(data) + 65536, 65536):
            chunk = data[at:at + 65536] if at < len(data) else b""
            to_sign = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", request.context["timestamp"], scope, previous,
                                 hashlib.sha256(b"").hexdigest(), hashlib.sha256(chunk).hexdigest()))
            previous = hmac.digest(key, to_sign.encode(), "sha256").hex()
            body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + (chunk[::-1] if spoil else chunk) + b"\r\n"
        return c.fetch(request.url, "PUT", body, dict(request.headers))

    same(send()[0], 200)
    same(c.s3.get_object(Bucket=BUCKET, Key="chunks")["Body"].read() == data, True)
    status, answer = send(spoil=True)
    same((status, b"SignatureDoesNotMatch" in answer), (403, True))


@case
def wrong_signatures(c):
    for service, call, codes in (
        ("s3", lambda s3: s3.list_objects_v2(Bucket=BUCKET), ("SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken")),
        ("dynamodb", lambda db: db.list_tables(), ("InvalidSignatureException", "UnrecognizedClientException", "UnrecognizedClientException")),
        ("lambda", lambda f: f.list_functions(), ("InvalidSignatureException", "UnrecognizedClientException", "UnrecognizedClientException")),
    ):
        refused(codes[0], call, c.client(service, aws_secret_access_key="wrong"))
        refused(codes[1], call, c.client(service, aws_access_key_id="AKIAUNKNOWN"))
        refused(codes[2], call, c.client(service, aws_session_token="wrong"))
    refused("InvalidSignatureException", lambda db: db.list_tables(), c.client("dynamodb", region_name="eu-west-1"))
    same(c.fetch(f"{c.env['AWS_ENDPOINT_URL']}/{BUCKET}")[0], 403)


# DynamoDB


def item(pk, sk, **more):
    return {"PK": {"S": pk}, "SK": {"S": sk}, **more}


@case
def tables(c):
    db = c.dynamodb
    wanted = dict(TableName="made", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "n", "KeyType": "HASH"}],
                  AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}])
    db.create_table(**wanted)
    db.get_waiter("table_exists").wait(TableName="made", WaiterConfig={"Delay": 1})
    refused("ResourceInUseException", db.create_table, **wanted)
    described = db.describe_table(TableName="made")["Table"]
    same((described["TableStatus"], described["KeySchema"], described["BillingModeSummary"]["BillingMode"]), ("ACTIVE", wanted["KeySchema"], "PAY_PER_REQUEST"))
    same(set(db.list_tables()["TableNames"]), {TABLE, "made"})
    same([p["TableNames"] for p in db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})], [["made"], [TABLE]])
    db.update_time_to_live(TableName="made", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    same(db.describe_time_to_live(TableName="made")["TimeToLiveDescription"], {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"})
    db.delete_table(TableName="made")
    refused("ResourceNotFoundException", db.describe_table, TableName="made")
    refused("ResourceNotFoundException", db.put_item, TableName="made", Item={"n": {"N": "1"}})
    refused("ValidationException", db.create_table, **wanted | {"GlobalSecondaryIndexes": [{"IndexName": "i-1", "KeySchema": wanted["KeySchema"], "Projection": {"ProjectionType": "ALL"}}]})


@case
def items(c):
    db, everything = c.dynamodb, {
        "S": {"S": "ä"}, "N": {"N": "12.5"}, "B": {"B": b"\0\xff"}, "BOOL": {"BOOL": False}, "NULL": {"NULL": True}, "SS": {"SS": ["a", "b"]},
        "NS": {"NS": ["1", "2.5"]}, "BS": {"BS": [b"a", b"b"]}, "L": {"L": [{"S": "x"}, {"L": []}]}, "M": {"M": {"k": {"N": "1"}}}}
    db.put_item(TableName=TABLE, Item=item("types", "1", **everything))
    same(db.get_item(TableName=TABLE, Key=item("types", "1"), ConsistentRead=True)["Item"], item("types", "1", **everything))
    got = db.get_item(TableName=TABLE, Key=item("types", "1"), ProjectionExpression="#n, L", ExpressionAttributeNames={"#n": "N"})
    same(got["Item"], {"N": everything["N"], "L": everything["L"]})
    old = db.put_item(TableName=TABLE, Item=item("types", "1"), ReturnValues="ALL_OLD", ReturnConsumedCapacity="TOTAL")
    same((old["Attributes"]["N"], old["ConsumedCapacity"]["CapacityUnits"]), ({"N": "12.5"}, 1.0))
    same(db.delete_item(TableName=TABLE, Key=item("types", "1"), ReturnValues="ALL_OLD")["Attributes"], item("types", "1"))
    assert "Item" not in db.get_item(TableName=TABLE, Key=item("types", "1"))
    for number, normal in (("0012.50", "12.5"), ("1e3", "1000"), ("-0", "0")):
        db.put_item(TableName=TABLE, Item=item("types", "n", n={"N": number}))
        same(db.get_item(TableName=TABLE, Key=item("types", "n"))["Item"]["n"]["N"], normal)
    db.delete_item(TableName=TABLE, Key=item("types", "n"))
    refused("ValidationException", db.put_item, TableName=TABLE, Item={"PK": {"S": "no sort key"}})
    refused("ValidationException", db.put_item, TableName=TABLE, Item=item("a", "b", n={"N": "1,5"}))
    refused("ValidationException", db.put_item, TableName=TABLE, Item=item("a", "b", v={"S": "x" * 400 * 1024}))
    db.put_item(TableName=TABLE, Item=item("types", "once"), ConditionExpression="attribute_not_exists(PK)")
    refused("ConditionalCheckFailedException", db.put_item, TableName=TABLE, Item=item("types", "once"), ConditionExpression="attribute_not_exists(PK)")
    db.delete_item(TableName=TABLE, Key=item("types", "once"))
    refused("ValidationException", db.put_item, TableName=TABLE, Item=item("a", "b"), ConditionExpression="contains(PK, SK)")


@case
def batches(c):
    db = c.dynamodb
    puts = [{"PutRequest": {"Item": item("batch", f"{i:03}", v={"N": str(i)})}} for i in range(100)]
    for at in range(0, 100, 25):
        same(db.batch_write_item(RequestItems={TABLE: puts[at:at + 25]})["UnprocessedItems"], {})
    refused("ValidationException", db.batch_write_item, RequestItems={TABLE: puts[:26]})
    refused("ValidationException", db.batch_write_item, RequestItems={TABLE: [puts[0], puts[0]]})
    refused("ResourceNotFoundException", db.batch_write_item, RequestItems={"no-such": puts[:1]})
    got = db.batch_get_item(RequestItems={TABLE: {"Keys": [item("batch", f"{i:03}") for i in range(100)], "ProjectionExpression": "v"}})
    same(sorted(int(i["v"]["N"]) for i in got["Responses"][TABLE]), list(range(100)))
    with boto3.resource("dynamodb", **c.settings()).Table(TABLE).batch_writer() as writer:
        for i in range(100):
            writer.delete_item(Key={"PK": "batch", "SK": f"{i:03}"})
    same(db.query(TableName=TABLE, Select="COUNT", KeyConditionExpression="PK = :p", ExpressionAttributeValues={":p": {"S": "batch"}})["Count"], 0)


@case
def queries(c):
    db = c.dynamodb
    for i in range(30):
        db.put_item(TableName=TABLE, Item=item("query", f"{i:02}", v={"S": "x" * 100_000}))
    values = {":p": {"S": "query"}}

    def pages(size=None, **more):
        arguments = dict(TableName=TABLE, KeyConditionExpression="PK = :p", ExpressionAttributeValues=values) | more
        return list(db.get_paginator("query").paginate(**arguments, PaginationConfig={"PageSize": size}))

    def keys(pages):
        return [i["SK"]["S"] for p in pages for i in p["Items"]]

    numbers = [f"{i:02}" for i in range(30)]
    same((keys(pages()), len(pages())), (numbers, 3))  # 1 MB a page
    same((keys(pages(7)), len(pages(7))), (numbers, 5))
    same(keys(pages(7, ScanIndexForward=False)), numbers[::-1])
    for condition, more, want in (("SK BETWEEN :a AND :b", {":a": "03", ":b": "05"}, numbers[3:6]), ("begins_with(SK, :a)", {":a": "2"}, numbers[20:]),
                                  ("SK < :a", {":a": "02"}, numbers[:2]), ("SK >= :a", {":a": "28"}, numbers[28:]), ("#s = :a", {":a": "07"}, ["07"])):
        got = pages(KeyConditionExpression="PK = :p AND " + condition, ProjectionExpression="SK", **({"ExpressionAttributeNames": {"#s": "SK"}} if "#" in condition else {}),
                    ExpressionAttributeValues=values | {k: {"S": v} for k, v in more.items()})
        same(keys(got), want)
    refused("ValidationException", db.query, TableName=TABLE, KeyConditionExpression="SK = :p", ExpressionAttributeValues=values)
    refused("ValidationException", db.query, TableName=TABLE, KeyConditionExpression="PK = :p", FilterExpression="v = :p", ExpressionAttributeValues=values)

    for size in 1, 9, 1000:
        got = list(db.get_paginator("scan").paginate(TableName=TABLE, PaginationConfig={"PageSize": size}))
        same(sorted(i["SK"]["S"] for p in got for i in p["Items"]), numbers)
    segments = [list(db.get_paginator("scan").paginate(TableName=TABLE, Segment=s, TotalSegments=5, Select="COUNT")) for s in range(5)]
    same(sum(p["Count"] for pages in segments for p in pages), 30)
    for number in numbers:
        db.delete_item(TableName=TABLE, Key=item("query", number))
    same(db.scan(TableName=TABLE)["Items"], [])


# Lambda


@case
def functions(c):
    f = c.lambda_
    same([found["FunctionName"] for found in f.list_functions()["Functions"]], [FUNCTION])
    arn = f.get_function(FunctionName=FUNCTION)["Configuration"]["FunctionArn"]
    same(f.get_function_configuration(FunctionName=arn)["FunctionName"], FUNCTION)
    for name in FUNCTION, arn, FUNCTION + ":$LATEST":
        got = f.invoke(FunctionName=name, LogType="Tail")
        answer = json.loads(got["Payload"].read())
        same((got["StatusCode"], got.get("FunctionError"), answer["rows"]), (200, None, ROWS))
        assert b"REPORT RequestId: " in base64.b64decode(got["LogResult"])
    stored = list(c.client("dynamodb").get_paginator("query").paginate(
        TableName=TABLE, KeyConditionExpression="PK = :p", ExpressionAttributeValues={":p": {"S": answer["requestId"]}}))
    same(sum(p["Count"] for p in stored), answer["groups"])
    got = f.invoke(FunctionName=FUNCTION, Payload=json.dumps({"key": "none.csv"}))
    same((got["FunctionError"], "none.csv" in json.loads(got["Payload"].read())["errorMessage"]), ("Unhandled", True))
    same(f.invoke(FunctionName=FUNCTION, InvocationType="DryRun")["StatusCode"], 204)
    same(f.invoke(FunctionName=FUNCTION, InvocationType="Event")["StatusCode"], 202)
    refused("ResourceNotFoundException", f.invoke, FunctionName="none")
    refused("InvalidRequestContentException", f.invoke, FunctionName=FUNCTION, Payload=b"{")
    refused("RequestTooLargeException", f.invoke, FunctionName=FUNCTION, Payload=b'"' + b"x" * 6 * MB + b'"')


@case
def control_plane(c):
    """A copy of the function is made, changed, measured and deleted, with boto3's waiters."""
    f = c.lambda_
    got = f.get_function(FunctionName=FUNCTION)
    configuration = got["Configuration"]
    status, code = c.fetch(got["Code"]["Location"])
    same((status, len(code), base64.b64encode(hashlib.sha256(code).digest()).decode()), (200, configuration["CodeSize"], configuration["CodeSha256"]))
    made = f.create_function(FunctionName="copy", Role=configuration["Role"], Runtime=configuration["Runtime"], Handler=configuration["Handler"],
                             Code={"ZipFile": code}, Timeout=60, MemorySize=256, Environment=configuration["Environment"], LoggingConfig={"LogFormat": "JSON"})
    same((made["State"], made["CodeSha256"]), ("Pending", configuration["CodeSha256"]))
    f.get_waiter("function_active_v2").wait(FunctionName="copy")
    refused("ResourceConflictException", f.create_function, FunctionName="copy", Role="r", Code={"ZipFile": code})
    for memory in 512, 1024:
        updated = f.update_function_configuration(FunctionName="copy", MemorySize=memory, Description=f"at {memory} MB",
                                                  RevisionId=f.get_function_configuration(FunctionName="copy")["RevisionId"])
        same(updated["LastUpdateStatus"], "InProgress")
        refused("PreconditionFailedException", f.update_function_configuration, FunctionName="copy", Description="", RevisionId=made["RevisionId"])
        f.get_waiter("function_updated_v2").wait(FunctionName="copy")
        log = base64.b64decode(f.invoke(FunctionName="copy", LogType="Tail")["LogResult"]).decode()
        report = [json.loads(line) for line in log.splitlines() if '"platform.report"' in line][-1]["record"]["metrics"]
        same((report["memorySizeMB"], report["initDurationMs"] > 0), (memory, True))
    same(f.publish_version(FunctionName="copy")["Version"], "1")
    same(f.create_alias(FunctionName="copy", Name="live", FunctionVersion="1")["FunctionVersion"], "1")
    same([v["Version"] for p in f.get_paginator("list_versions_by_function").paginate(FunctionName="copy") for v in p["Versions"]], ["$LATEST", "1"])
    refused("ResourceNotFoundException", f.get_policy, FunctionName="copy")
    same(f.list_event_source_mappings(FunctionName="copy")["EventSourceMappings"], [])
    same(f.list_function_url_configs(FunctionName="copy")["FunctionUrlConfigs"], [])
    assert "ReservedConcurrentExecutions" not in f.get_function_concurrency(FunctionName="copy")
    same(f.list_provisioned_concurrency_configs(FunctionName="copy")["ProvisionedConcurrencyConfigs"], [])
    f.delete_function(FunctionName="copy")
    refused("ResourceNotFoundException", f.get_function, FunctionName="copy")


@case
def not_here(c):
    """What the emulator does not have is refused in words that its client can read."""
    for service, call in ("sts", "get_caller_identity"), ("sqs", "list_queues"), ("sns", "list_topics"):
        try:
            getattr(c.client(service), call)()
        except ClientError as e:
            same((e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]), ("NotImplemented", 501))
            assert e.response["Error"]["Message"].startswith(service + " "), e
        else:
            raise AssertionError(f"{service} answers")
    refused("UnknownOperationException", c.dynamodb.update_item, TableName=TABLE, Key=item("a", "b"))


def main():
    for flags in (), ("--tls", "--session-token", "token"):
        with emulator(*flags) as env:
            clients = Clients(env)
            for f in cases:
                name = f"{env['AWS_ENDPOINT_URL'].partition(':')[0]}: {f.__name__}"
                start = time.time()
                try:
                    f(clients)
                except Exception as e:  # noqa: BLE001 - a case may fail in any way; all the others still run
                    failures.append(name)
                    print(f"FAIL {name}: {type(e).__name__}: {e}", flush=True)
                else:
                    print(f"ok   {name} ({time.time() - start:.1f} s)", flush=True)


print(f"emulator: boto3 {boto3.__version__}, Python {sys.version.partition(' ')[0]}")
main()
if failures:
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}")
