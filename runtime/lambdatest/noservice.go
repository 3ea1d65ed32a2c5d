package lambdatest

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"

	"reduction/runtime/lambdatest/internal/front"
)

// isCall reports whether a request calls an operation in AWS's JSON or query protocol. No request to
// S3 looks like that.
func isCall(r *http.Request) bool {
	return r.Header.Get("X-Amz-Target") != "" || r.Method == http.MethodPost && r.URL.Path == "/"
}

// maxForm is more than a call in the query protocol takes up to its Action.
const maxForm = 64 << 10

// serveNoService refuses a call of a service that is not here, in a form that its client can read.
func (s *Server) serveNoService(w http.ResponseWriter, r *http.Request, service string) {
	const code = "NotImplemented"
	_, operation, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !isJSON {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxForm))
		form, _ := url.ParseQuery(string(body))
		operation = form.Get("Action")
	}
	out := s.logged(w, r, Call{Service: service, Operation: operation})
	message := strings.TrimSpace(service+" "+operation) + " is not supported by lambdatest, which has s3, dynamodb and lambda"
	id := front.NewUUID()
	w.Header().Set("X-Amzn-Requestid", id)
	var body []byte
	if isJSON {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		body, _ = json.Marshal(map[string]string{"__type": code, "message": message})
	} else {
		w.Header().Set("Content-Type", "text/xml")
		type failure struct{ Type, Code, Message string }
		body, _ = xml.Marshal(struct {
			XMLName   struct{} `xml:"ErrorResponse"`
			Error     failure
			RequestId string
		}{Error: failure{"Sender", code, message}, RequestId: id})
	}
	out.WriteHeader(http.StatusNotImplemented)
	out.Write(body)
}
