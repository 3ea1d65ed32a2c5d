"""The job as a Python developer would write it: boto3 and polars.

With HABITS=original it does as the experiment's own functions do: no connection before it is
needed, the whole file in memory, batches one after the other, each sent once. What those do
besides, the mode of the batches' modes and one item a request, is wrong or slower still.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reduce import reduce

BATCH_ITEMS = 25  # BatchWriteItem takes no more
BATCHES_IN_FLIGHT = 8
FIRST_DELAY, MAX_DELAY = 0.05, 5.0  # seconds

S3_BUCKET = os.environ.get("S3_BUCKET", "")
FILE_NAME = os.environ.get("FILE_NAME", "")
DB_TABLE = os.environ.get("DB_TABLE", "")
ORIGINAL = os.environ.get("HABITS") == "original"

config = Config(max_pool_connections=BATCHES_IN_FLIGHT)
s3 = boto3.client("s3", config=config)
dynamodb = boto3.client("dynamodb", config=config)
pool = ThreadPoolExecutor(BATCHES_IN_FLIGHT)


def warm():
    """Opens the connections of the first invocation, while INIT has a whole processor."""
    calls = [pool.submit(s3.head_object, Bucket=S3_BUCKET, Key=FILE_NAME)]
    for _ in range(BATCHES_IN_FLIGHT):
        calls.append(pool.submit(dynamodb.describe_table, TableName=DB_TABLE))
    for call in calls:
        try:
            call.result()
        except (BotoCoreError, ClientError):
            pass  # what they answer does not matter


if S3_BUCKET and not ORIGINAL:
    warm()


def handler(event, context):
    event = event or {}
    found = s3.get_object(
        Bucket=event.get("bucket", S3_BUCKET), Key=event.get("key", FILE_NAME)
    )
    groups, rows = reduce(found["Body"], whole=ORIGINAL)
    puts = [put(context.aws_request_id, *group) for group in groups]
    write(event.get("table", DB_TABLE), puts)
    return {
        "rows": rows,
        "groups": len(groups),
        "items": len(puts),
        "bytes": found["ContentLength"],
    }


def put(request_id, hospital, diagnosis, mean, treatment):
    item = {
        "PK": {"S": request_id},
        "SK": {"S": f"#diagnosis#{diagnosis}#hospital#{hospital}"},
        "AverageRecoveryTime": {"N": repr(mean).removesuffix(".0")},
        "Diagnosis": {"S": diagnosis},
        "Hospital": {"S": hospital},
        "MostUsedTreatment": {"S": treatment},
    }
    return {"PutRequest": {"Item": item}}


def write(table, puts):
    batches = [puts[i : i + BATCH_ITEMS] for i in range(0, len(puts), BATCH_ITEMS)]
    if ORIGINAL:
        for batch in batches:
            if dynamodb.batch_write_item(RequestItems={table: batch}).get("UnprocessedItems"):
                raise RuntimeError("items came back unprocessed")
        return
    for _ in pool.map(lambda batch: write_batch(table, batch), batches):
        pass


def write_batch(table, batch):
    """Sends until nothing comes back unprocessed."""
    pending = {table: batch}
    delay = FIRST_DELAY
    while pending:
        answer = dynamodb.batch_write_item(RequestItems=pending)
        pending = answer.get("UnprocessedItems")
        if pending:
            time.sleep(random.uniform(0, delay))
            delay = min(2 * delay, MAX_DELAY)
