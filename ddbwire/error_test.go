package ddbwire

import "testing"

// The bodies are from the DynamoDB Developer Guide, "Error handling with DynamoDB", and one is what
// the service sends for a bad signature.
func TestParseError(t *testing.T) {
	for _, test := range []struct{ body, kind, message string }{
		{`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found: Table: tablename not found"}`,
			"ResourceNotFoundException", "Requested resource not found: Table: tablename not found"},
		{`{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token included in the request is invalid."}`,
			"UnrecognizedClientException", "The security token included in the request is invalid."},
		{`{"__type":"com.amazon.coral.validate#ValidationException","Message":"\u00e9"}`, "ValidationException", "é"},
		{`{"__type":"ThrottlingException"}`, "ThrottlingException", ""},
		{`{"__type":"a#b#c","message":null,"CancellationReasons":[{"message":"inner"}]}`, "c", ""},
		{`{"message":"x"}`, "", "x"},
		{``, "", ""},
		{`<html>502 Bad Gateway</html>`, "", ""},
		{`{"__type":"a#b"`, "", ""},
		{`[]`, "", ""},
		{`{"__type":1}`, "", ""},
	} {
		e := ParseError([]byte(test.body))
		if e.Type != test.kind || e.Message != test.message || e.Error() == "" {
			t.Errorf("%s: %+v", test.body, e)
		}
	}
}
