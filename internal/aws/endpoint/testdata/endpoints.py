"""Writes endpoints.tsv: what AWS's own rule sets, as botocore carries them, resolve to.

    pip install botocore && python endpoints.py > endpoints.tsv
"""
from itertools import product

import botocore.session
from botocore.endpoint_provider import EndpointProvider

loader = botocore.session.Session().get_component("data_loader")
partitions = loader.load_data("partitions")


def resolve(service, **parameters):
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    try:
        return EndpointProvider(rules, partitions).resolve_endpoint(**parameters).url
    except Exception:
        return "error"


REGIONS = "us-east-1 eu-west-1 us-gov-west-1 cn-north-1 eusc-de-east-1 us-iso-east-1 us-isob-east-1 us-isof-south-1 eu-isoe-west-1"
for region, fips, dual in product(REGIONS.split(), [False, True], [False, True]):
    common = dict(Region=region, UseFIPS=fips, UseDualStack=dual)
    head = (region, "fips" if fips else "-", "dual" if dual else "-")
    for account, mode in product(["", "123456789012"], ["preferred", "required", "disabled"]):
        ids = {"AccountId": account} if account else {}
        url = resolve("dynamodb", **common, **ids, AccountIdEndpointMode=mode)
        print("dynamodb", *head, account or "-", mode, url, sep="\t")
    for bucket in ["bucket", "a.dotted.bucket", "bucket_under"]:
        url = resolve("s3", **common, Bucket=bucket, Accelerate=False, ForcePathStyle=False,
                      UseGlobalEndpoint=False, DisableMultiRegionAccessPoints=False)
        print("s3", *head, bucket, "-", url, sep="\t")
