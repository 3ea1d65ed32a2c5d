package lambdatest

import (
	"encoding/json"
	"encoding/xml"
	"testing"
)

// A call of a service that is not here is refused in the protocol of its client, and is in the log.
func TestNoService(t *testing.T) {
	c := newS3Client(t)
	for _, test := range []struct{ service, body, target, operation string }{
		{"sts", "Action=GetCallerIdentity&Version=2011-06-15", "", "GetCallerIdentity"},
		{"sqs", "{}", "AmazonSQS.SendMessage", "SendMessage"},
		{"sns", "%", "", ""},
	} {
		c.Service = test.service
		var header []string
		if test.target != "" {
			header = []string{"X-Amz-Target: " + test.target}
		}
		a := c.Do("POST", "/", test.body, header...)
		var code, message string
		if test.target != "" {
			var e struct {
				Type    string `json:"__type"`
				Message string
			}
			json.Unmarshal([]byte(a.Body), &e)
			code, message = e.Type, e.Message
		} else {
			var e struct {
				Error struct{ Code, Message string }
			}
			xml.Unmarshal([]byte(a.Body), &e)
			code, message = e.Error.Code, e.Error.Message
		}
		want := test.service
		if test.operation != "" {
			want += " " + test.operation
		}
		want += " is not supported by lambdatest, which has s3, dynamodb and lambda"
		if a.Status != 501 || code != "NotImplemented" || message != want {
			t.Errorf("%s: %d %s", test.service, a.Status, a.Body)
		}
		requests := c.s.Requests()
		if r := requests[len(requests)-1]; r.Service != test.service || r.Operation != test.operation || r.Status != 501 {
			t.Errorf("%+v", r)
		}
	}
}
