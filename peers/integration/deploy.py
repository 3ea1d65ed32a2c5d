"""Deploy the function with deploy/up.sh into an account that was not written here, and remove it.

    python deploy.py FOLDER LAB

FOLDER is what install.sh filled. account.py says what the account is. Exit status 1 says that
something was not as it should be.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from account import ARCHITECTURE, LEAST, ROOT, in_account, until
from common import case, reference

TOOLS, LAB = (Path(p).resolve() for p in sys.argv[1:3])


def main(tmp, aws):
    script, outputs, items, result = aws.script, aws.outputs, aws.items, aws.result
    s3, dynamodb, sqs, cloudformation, functions = (aws.client(service) for service in ("s3", "dynamodb", "sqs", "cloudformation", "lambda"))

    def pointer(table, bucket, key):
        found = dynamodb.get_item(TableName=table, ConsistentRead=True, Key={"PK": {"S": "latest"}, "SK": {"S": f"#object#{bucket}#{key}"}})
        return found.get("Item")

    feed = tmp / "feed.csv"
    subprocess.run([LAB, "generate", "--rows", "2000", "--out", feed], check=True, stderr=subprocess.DEVNULL)
    example = ROOT / "deploy" / "example.csv"

    @case("up.sh asks before it makes anything")
    def _():
        assert "nothing was changed" in script("up.sh", status=1, answer="no\n")
        assert cloudformation.list_stacks()["StackSummaries"] == []

    @case("up.sh makes a stack, prints the example's result and removes it")
    def _():
        said = script("up.sh", "--yes", f"Architecture={ARCHITECTURE}", "Prefix=feed/", "NoFileHours=26")
        rows = [line.split("\t") for line in said.splitlines() if line.count("\t") == 4]
        assert rows[0] == ["Diagnosis", "Hospital", "Mean", "Most used treatment", "Records"], said
        assert {(d, h): (float(mean), treatment) for d, h, mean, treatment, _ in rows[1:]} == reference(example, LEAST), said
        assert "WARNING: nobody is told" in said, said
        out = outputs("reduction")
        assert "StateMachine" not in out and aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
        assert items(out["Table"]) == [], "of the example something is left in the table"
        assert "Contents" not in s3.list_objects_v2(Bucket=out["Bucket"]), "the example is left in the bucket"

    out = outputs("reduction")
    bucket, table = out["Bucket"], out["Table"]

    @case("up.sh a second time changes nothing")
    def _():
        said = script("up.sh", "--yes")
        assert said.count("nothing to change") == 2 and "uploaded" not in said, said

    @case("up.sh shows a change, asks, and keeps the parameters that are not given")
    def _():
        def memory():
            return functions.get_function_configuration(FunctionName=out["Function"])["MemorySize"]

        said = script("up.sh", "MemorySize=512", status=1, answer="n\n")
        assert re.search(r"Modify\tFunction\tAWS::Lambda::Function\tFalse", said) and memory() == 256, said
        script("up.sh", "MemorySize=512", answer="y\n")
        kept = {p["ParameterKey"]: p["ParameterValue"] for p in cloudformation.describe_stacks(StackName="reduction")["Stacks"][0]["Parameters"]}
        assert memory() == 512 and kept["Prefix"] == "feed/" and kept["NoFileHours"] == "26", kept

    @case("up.sh refuses settings that contradict each other")
    def _():
        assert "With Latest, PK must be object" in script("up.sh", "--yes", "PK=request", status=1)

    @case("a file of 2,000 rows is reduced, and only under the prefix")
    def _():
        s3.upload_file(str(feed), bucket, "elsewhere/in.csv")
        s3.upload_file(str(feed), bucket, "feed/in.csv")
        newest = until(lambda: pointer(table, bucket, "feed/in.csv"))
        assert result(table, newest["PartitionKey"]) == reference(feed, LEAST)
        assert pointer(table, bucket, "elsewhere/in.csv") is None
        assert {i["PK"]["S"] for i in items(table)} == {"latest", newest["PartitionKey"]["S"]}

    @case("docs/deploy.md: the hospitals for one diagnosis, fastest first")
    def _():
        command = re.search(r"## Read the result.*?```sh\n(.*?)```", (ROOT / "docs" / "deploy.md").read_text(), re.S)[1]
        diagnosis = min(d for d, _ in reference(feed, LEAST))
        done = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, check=True,
                              env={**aws.env, "TABLE": table, "BUCKET": bucket, "KEY": "feed/in.csv", "DIAGNOSIS": diagnosis})
        got = [(float(mean), hospital, treatment) for mean, _, treatment, hospital in (line.split("\t") for line in done.stdout.splitlines())]
        want = {(mean, h, treatment) for (d, h), (mean, treatment) in reference(feed, LEAST).items() if d == diagnosis}
        assert set(got) == want and [mean for mean, *_ in got] == sorted(mean for mean, *_ in got), done.stdout

    @case("a bad file ends in the dead-letter queue, and nothing of it in the table")
    def _():
        sqs.set_queue_attributes(QueueUrl=out["Queue"], Attributes={"VisibilityTimeout": "1"}) # five attempts in seconds
        before = len(items(table))
        s3.put_object(Bucket=bucket, Key="feed/bad.csv", Body=b"Hospital,Diagnosis,Treatment,Recovery Time\nA,B,C,secret\n")
        failed = until(lambda: sqs.receive_message(QueueUrl=out["DeadLetterQueue"]).get("Messages"))
        assert json.loads(failed[0]["Body"])["detail"]["object"]["key"] == "feed/bad.csv", failed
        assert len(items(table)) == before

    @case("an event in the dead-letter queue is sent back and does its work, once its cause is mended")
    def _():
        sqs.purge_queue(QueueUrl=out["DeadLetterQueue"])
        setting = functions.get_function_configuration(FunctionName=out["Function"])["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=out["Function"], Environment={"Variables": {**setting, "DECIMAL": "comma"}})
        s3.put_object(Bucket=bucket, Key="feed/point.csv", Body=b"Hospital,Diagnosis,Treatment,Recovery Time\n" + LEAST * b"A,B,C,1.5\n")
        failed = until(lambda: sqs.receive_message(QueueUrl=out["DeadLetterQueue"]).get("Messages"))
        functions.update_function_configuration(FunctionName=out["Function"], Environment={"Variables": setting})
        sqs.send_message(QueueUrl=out["Queue"], MessageBody=failed[0]["Body"]) # as StartMessageMoveTask does, which ministack lacks
        newest = until(lambda: pointer(table, bucket, "feed/point.csv"))
        assert result(table, newest["PartitionKey"]) == {("B", "A"): (1.5, "C")}

    @case("a bucket and a table that are there: notifications are kept, and nothing is removed")
    def _():
        s3.create_bucket(Bucket="hospital", CreateBucketConfiguration={"LocationConstraint": aws.env["AWS_DEFAULT_REGION"]})
        queue = sqs.create_queue(QueueName="others")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}]}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
        s3.put_bucket_notification_configuration(Bucket="hospital", NotificationConfiguration={
            "QueueConfigurations": [{"Id": "others", "QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]})
        dynamodb.create_table(TableName="Results", BillingMode="PAY_PER_REQUEST",
                              AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
                              KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}])
        said = script("up.sh", "--yes", "--stack", "second", f"Architecture={ARCHITECTURE}", "ExistingBucket=hospital", "ExistingTable=Results", "Shards=on")
        assert "its notifications are now" in said and "no lifecycle rule of hospital names" in said, said
        now = s3.get_bucket_notification_configuration(Bucket="hospital")
        assert now["EventBridgeConfiguration"] == {} and now["QueueConfigurations"][0]["Id"] == "others", now
        assert items("Results") == []
        s3.upload_file(str(feed), "hospital", "in.csv")
        newest = until(lambda: pointer("Results", "hospital", "in.csv"))
        assert result("Results", newest["PartitionKey"]) == reference(feed, LEAST)
        script("down.sh", "--yes", "--stack", "second", "--with-data")
        assert result("Results", newest["PartitionKey"]) == reference(feed, LEAST)
        s3.head_object(Bucket="hospital", Key="in.csv")

    @case("down.sh keeps the data, unless the table's name is typed")
    def _():
        assert "nothing was removed" in script("down.sh", status=1, answer="\n")
        assert "nothing was removed" in script("down.sh", "--with-data", "--yes", status=1, answer="Results\n")
        assert items(table)
        said = script("down.sh", "--yes")
        assert f"kept: bucket {bucket}" in said and f"kept: table {table}" in said, said
        assert items(table)
        s3.head_object(Bucket=bucket, Key="feed/in.csv")
        assert "not there" in script("down.sh", "--yes")

    @case("down.sh --with-data leaves nothing")
    def _():
        script("up.sh", "--yes", f"Architecture={ARCHITECTURE}")
        bucket, table = outputs("reduction")["Bucket"], outputs("reduction")["Table"]
        s3.upload_file(str(feed), bucket, "in.csv")
        until(lambda: pointer(table, bucket, "in.csv"))
        script("down.sh", "--with-data", answer=f"{table}\n")
        assert table not in dynamodb.list_tables()["TableNames"]
        assert bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]


in_account(TOOLS, main)
