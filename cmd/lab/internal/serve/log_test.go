package serve

import (
	"testing"

	"reduction/runtime/lambdatest"
)

func TestRequestLine(t *testing.T) {
	for _, test := range []struct {
		request lambdatest.Request
		want    string
	}{
		{lambdatest.Request{Call: lambdatest.Call{Service: "s3", Operation: "GetObject", Bucket: "b", Key: "a/b.csv"}, Status: 200, Sent: 89_254},
			"s3 GetObject s3://b/a/b.csv: 200, 89.3 kB"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "s3", Operation: "ListObjectsV2", Bucket: "b"}, Status: 200, Sent: 1},
			"s3 ListObjectsV2 s3://b: 200, 1 B"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "lambda", Operation: "Invoke"}, Target: "/2015-03-31/functions/f/invocations", Status: 200},
			"lambda Invoke /2015-03-31/functions/f/invocations: 200, 0 B"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "s3", Operation: "GetObject", Bucket: "b", Key: "\x1b[2J"}, Status: 404,
			Error: []byte("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>It is &lt;not&gt; there.\nReally.</Message><Key>x</Key><RequestI")},
			"s3 GetObject s3://b/?[2J: 404 NoSuchKey: It is <not> there."},
		{lambdatest.Request{Call: lambdatest.Call{Service: "dynamodb", Operation: "UpdateItem"}, Status: 400,
			Error: []byte(`{"__type":"com.amazon.coral.service#UnknownOperationException","message":"UpdateItem is not supported"}`)},
			"dynamodb UpdateItem: 400 UnknownOperationException: UpdateItem is not supported"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "dynamodb"}, Status: 400, Error: []byte(`{"__type":"SerializationException"}`)},
			"dynamodb: 400 SerializationException"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "s3", Operation: "HeadObject", Bucket: "b", Key: "k"}, Status: 404},
			"s3 HeadObject s3://b/k: 404"},
		{lambdatest.Request{Call: lambdatest.Call{Service: "s3", Operation: "ListBuckets"}}, "s3 ListBuckets: no answer"},
	} {
		if got := requestLine(&test.request); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
