package aws

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"reduction/ddbwire"
)

func TestQuotable(t *testing.T) {
	const user = "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: "
	for message, want := range map[string]bool{
		user + "s3:GetObject on resource: \"arn:aws:s3:::bucket/key\" because no identity-based policy allows the s3:GetObject action":               true,
		user + "dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/t with an explicit deny in a VPC endpoint policy": true,
		user + "dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/t":                                                true,
		"Requested resource not found: Table: t not found":                                                                                           true,
		"Access Denied": true,

		"":                     false,
		"Access Denied Asthma": false,
		"Requested resource not found: Table: Asthma not found":                                  false,
		user + "Asthma on resource: arn:aws:s3:::bucket":                                         false,
		"User: Asthma is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b":    false,
		user + "s3:GetObject on resource: arn:aws:s3:::b Asthma":                                 false,
		"The parameter cannot be converted to a numeric value: Asthma":                           false,
		"One or more parameter values were invalid: Size of hashkey has exceeded, value: Asthma": false,
	} {
		if got := quotable(message, "t"); got != want {
			t.Errorf("%s: %v", message, got)
		}
	}
}

// TestErrorText holds what errors say of S3's refusals, and what they don't.
func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		answer string
		kind   error
		says   string
		never  string // apart by |
	}{
		{"400 InvalidRequest Message=The_object_was_stored_using_a_form_of_Server_Side_Encryption._The_correct_parameters_must_be_provided_to_retrieve_the_object.",
			ErrKMS, "SSE-C", "s3:GetObject|endpoint"},
		{"403 AccessDenied Message=Bucket_is_a_Requester_Pays_bucket", ErrAccessDenied, "REQUEST_PAYER=requester", "s3:GetObject|endpoint|Bucket is"},
		{"403 AccessDenied Message=Access_Denied", ErrAccessDenied, "the role needs s3:GetObject", "endpoint"},
		{"400 Unknown Message=Asthma_is_no_good", ErrRefused, "request refused (400 Unknown) [request REQ1]", "Asthma|endpoint"},
		{"400 Code=Asthma_and Message=Asthma", ErrRefused, "request refused (400); is the endpoint right? [request REQ1]", "Asthma"},
		{"403 InvalidObjectState StorageClass=GLACIER", ErrArchived, "(storage class GLACIER)", "endpoint"},
		{"403 InvalidObjectState StorageClass=Asthma!", ErrArchived, "archived", "Asthma"},
		{"404 NoSuchKey x-amz-id-2=Host/Id+1=", ErrNoSuchKey, "[request REQ1, Host/Id+1=]", ""},
		{"404 NoSuchKey x-amz-id-2=Asthma,", ErrNoSuchKey, "[request REQ1]", "Asthma"},
	} {
		s := newFakeS3(t, pattern(10), test.answer)
		_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.answer, err)
			continue
		}
		for _, never := range strings.Split(test.never, "|") {
			if never != "" && strings.Contains(err.Error(), never) {
				t.Errorf("%s: %v", test.answer, err)
			}
		}
	}
}

// TestEcho holds that no error repeats a cell, whatever a server or a proxy answers.
func TestEcho(t *testing.T) {
	const cell = "Asthma"
	for _, code := range []string{"ValidationException", "AccessDeniedException", "ThrottlingException", "ResourceNotFoundException", "ItemCollectionSizeLimitExceededException", cell + " of", ""} {
		for _, form := range []string{"%", "Requested resource not found: Table: % not found", "User: % is not authorized to perform: % on resource: %", "The parameter cannot be converted to a numeric value: %"} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				message := strings.ReplaceAll(form, "%", cell) + string(body)
				answer, _ := json.Marshal(map[string]any{"__type": code, "message": message, "ThrottlingReasons": []any{map[string]string{"reason": cell + "!", "resource": string(body)}}})
				w.Header().Set("x-amzn-RequestId", cell+" "+cell)
				w.WriteHeader(400)
				w.Write(answer)
			}))
			b := new(ddbwire.Batch)
			b.Reset("table")
			b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", cell))
			err := batchWrite(context.Background(), newTestClient(t, testConfig(s.URL, nil)), b)
			s.Close()
			if err == nil || strings.Contains(err.Error(), cell) {
				t.Errorf("%s, %s: %v", code, form, err)
			}
		}
	}
}

// TestThrottlingReasons holds that an error names what DynamoDB says of a throttled table.
func TestThrottlingReasons(t *testing.T) {
	const reason, resource = "TableWriteProvisionedThroughputExceeded", "arn:aws:dynamodb:us-east-1:123456789012:table/t"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate of requests exceeds the allowed throughput.",`+
			`"ThrottlingReasons":[{"reason":"`+reason+`","resource":"`+resource+`"}]}`)
	}))
	defer s.Close()
	b, _ := batchOf(t, 1)
	err := batchWrite(context.Background(), newTestClient(t, testConfig(s.URL, nil)), b)
	if !errors.Is(err, ErrThrottled) || !strings.Contains(err.Error(), "Rate of requests exceeds the allowed throughput, "+reason+", "+resource) {
		t.Error(err)
	}
}

func TestRequesterPays(t *testing.T) {
	for _, want := range []string{"requester", ""} {
		var got string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("x-amz-request-payer")
			if signed := strings.Contains(r.Header.Get("Authorization"), "x-amz-request-payer"); signed != (want != "") {
				t.Errorf("%q: signed: %v", want, signed)
			}
		}))
		defer s.Close()
		config := testConfig(s.URL, nil)
		config.RequesterPays = want != ""
		if _, err := fetch(newTestClient(t, config), testRef); err != nil || got != want {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
}

// TestPlaces holds that what is no bucket here is refused before anything is sent, and by its name.
func TestPlaces(t *testing.T) {
	for bucket, says := range map[string]string{
		"":                    "both needed",
		".":                   "no bucket's name",
		"..":                  "no bucket's name",
		"a/b":                 "no bucket's name",
		"a\tb":                "no bucket's name",
		"b--use1-az4--x-s3":   "directory buckets",
		"ap--use1-az4--xa-s3": "directory buckets",
		"mfzwi23gnjvgw.mrap":  "Multi-Region Access Points",
		"ap-abcdefg--op-s3":   "Outposts",
		"arn:aws:s3:::b":      "by its alias",
		"arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap": "Multi-Region Access Points",
	} {
		_, err := fetch(newTestClient(t, testConfig("http://127.0.0.1:1", nil)), ObjectRef{Bucket: bucket, Key: "key"})
		if !errors.Is(err, ErrPlace) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", bucket, err)
		}
	}
}
