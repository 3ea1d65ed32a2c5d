"""Prints requests signed by botocore, one JSON array a line, for TestBotocore:

    python3 vectors.py 100 1 > botocore.jsonl     # how many, and the seed

[kind, method, path, query, [[header, value], ...], payload hash, token, service, region,
 time, Authorization header or presigned query]
"""
import datetime
import json
import random
import sys
from unittest import mock

import botocore
from botocore import auth, awsrequest, credentials

rnd = random.Random(int(sys.argv[2]))
CHARS = "abcXYZ019-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}äß€日本🏥"


def text(most):
    return "".join(rnd.choice(CHARS) for _ in range(rnd.randint(1, most)))


def quote(s, safe):
    from urllib.parse import quote as q
    return q(s, safe=safe + "-._~")


def case():
    kind = rnd.choice(["header", "s3", "presigned"])
    service = "s3" if kind != "header" else rnd.choice(["dynamodb", "lambda", "sts"])
    region = rnd.choice(["us-east-1", "eu-central-2", "ap-northeast-1"])
    token = rnd.choice([None, "IQoJb3JpZ2luX2VjEJr//////////wEaCXVz+LWVhc3QtMSJHMEU="])
    creds = credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    path = "/" + quote(text(20), "/")
    # botocore drops parameters of the same name when it presigns.
    unique = str if kind == "presigned" else lambda i: ""
    query = "&".join(quote(text(6), "") + unique(i) + "=" + quote(text(6), "") for i in range(rnd.randint(0, 4)))
    method = rnd.choice(["GET", "PUT", "POST", "HEAD", "DELETE"])
    host = "bucket." + service + "." + region + ".amazonaws.com"
    headers = {"X-Amz-Meta-" + str(i): " ".join(rnd.choice(["a", "b  c", " d"]) for _ in range(3)).strip()
               for i in range(rnd.randint(0, 3))}
    if rnd.random() < 0.5:
        headers["Range"] = "bytes=%d-" % rnd.randint(0, 1 << 40)
    body = text(30).encode() if method in ("PUT", "POST") and kind != "presigned" else b""
    request = awsrequest.AWSRequest(method=method, url="https://" + host + path + ("?" + query if query else ""),
                                    headers=dict(headers), data=body)
    request.context["client_config"] = None
    now = datetime.datetime(2026, rnd.randint(1, 12), rnd.randint(1, 28), rnd.randint(0, 23), rnd.randint(0, 59), 7)
    signer = {"header": auth.SigV4Auth, "s3": auth.S3SigV4Auth, "presigned": auth.S3SigV4QueryAuth}[kind]
    with mock.patch("botocore.auth.get_current_datetime", lambda: now):
        s = signer(creds, service, region)
        s.add_auth(request)
        request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
        payload = s.payload(request)
    if kind == "presigned":
        result = request.url.split("?", 1)[1]
    else:
        result = request.headers["Authorization"]
    print(json.dumps([kind, method, path, query, [["Host", host]] + [[k, v] for k, v in headers.items()], payload,
                      token or "", service, region, now.strftime("%Y%m%dT%H%M%SZ"), result], ensure_ascii=False))


print(json.dumps("botocore " + botocore.__version__))
for _ in range(int(sys.argv[1])):
    case()
