package s3

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"reduction/internal/aws/request"
)

// TestErrorWithoutBody holds that a refusal whose body is lost, or is not the service's, says
// as much as its status does.
func TestErrorWithoutBody(t *testing.T) {
	for _, c := range []struct {
		status int
		want   error
		says   string
	}{
		{412, ErrChanged, "read the new object from its beginning"},
		{416, ErrRange, "the answer is not the range asked for (416); the object is shorter than an earlier answer has said"},
		{401, request.ErrAccessDenied, "access denied (401)"},
		{403, request.ErrAccessDenied, "access denied (403)"},
		{301, request.ErrRefused, "set AWS_REGION to its region"},
		{400, request.ErrRefused, "request refused (400); is the endpoint right?"},
		{500, request.ErrUnavailable, "the service is unavailable (500) [3 attempts]"},
		{503, request.ErrUnavailable, "the service is unavailable (503) [3 attempts]"},
	} {
		s := newFakeS3(t, pattern(100), "cut:10", strconv.Itoa(c.status), strconv.Itoa(c.status), strconv.Itoa(c.status))
		_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
		e, ok := errors.AsType[*request.Error](err)
		if !ok || !errors.Is(err, c.want) || e.Status != c.status || e.RequestID != "REQ1" {
			t.Errorf("%d: %v", c.status, err)
		} else if !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "aws: GetObject s3://bucket/a key: ") {
			t.Errorf("%d: %q does not say %q", c.status, err, c.says)
		}
	}
}

// TestErrorOfHead holds the same for an object whose first answer has a head that is refused.
func TestErrorOfHead(t *testing.T) {
	s := newFakeS3(t, pattern(100))
	s.header.Set("Content-Encoding", "br")
	s.header.Set("x-amz-request-id", "REQ7")
	_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
	e, ok := errors.AsType[*request.Error](err)
	if !ok || !errors.Is(err, ErrEncoding) || e.RequestID != "REQ7" {
		t.Error(err)
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
			request.ErrKMS, "SSE-C", "s3:GetObject|endpoint"},
		{"403 AccessDenied Message=Bucket_is_a_Requester_Pays_bucket", request.ErrAccessDenied, "REQUEST_PAYER=requester", "s3:GetObject|endpoint|Bucket is"},
		{"403 AccessDenied Message=Access_Denied", request.ErrAccessDenied, "the role needs s3:GetObject", "endpoint"},
		{"400 Unknown Message=Asthma_is_no_good", request.ErrRefused, "request refused (400 Unknown) [request REQ1]", "Asthma|endpoint"},
		{"400 Code=Asthma_and Message=Asthma", request.ErrRefused, "request refused (400); is the endpoint right? [request REQ1]", "Asthma"},
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
