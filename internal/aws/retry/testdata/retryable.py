"""Writes retryable.json: which errors botocore sends a request again for.

    pip install botocore && python retryable.py > retryable.json
"""
import json
from datetime import date

import botocore
from botocore.loaders import Loader
from botocore.retries import standard

OPERATIONS = {
    "s3": ["GetObject", "HeadObject", "ListObjectsV2", "PutObject"],
    "dynamodb": ["BatchWriteItem", "DescribeTable", "GetItem", "PutItem"],
}

modeled = []
for service, operations in OPERATIONS.items():
    model = Loader().load_service_model(service, "service-2")
    for operation in operations:
        for error in model["operations"][operation].get("errors", []):
            shape = model["shapes"][error["shape"]]
            http = shape.get("error", {})
            modeled.append({
                "operation": operation,
                "code": http.get("code", error["shape"]),
                # A model without a status means 400, or 500 where the service is at fault.
                "status": http.get("httpStatusCode", 500 if shape.get("fault") else 400),
                "retryable": "retryable" in shape,
                "throttling": bool(shape.get("retryable", {}).get("throttling")),
            })

print(json.dumps({
    "source": f"botocore {botocore.__version__}",
    "written": str(date.today()),
    "transient_codes": standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES,
    "transient_statuses": standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES,
    "throttling_codes": standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
    "throttling_statuses": standard.ThrottlingStatusCodeChecker._THROTTLING_STATUS_CODES,
    "modeled": modeled,
}, indent=1))
