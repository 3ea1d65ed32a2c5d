package lambdatest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"
	"strconv"
)

// DynamoDB takes no request above 16 MB (API Reference, BatchWriteItem).
const ddbMaxRequest = 16 << 20

// The namespaces in front of an error's name on the wire. Clients look behind the '#'.
const (
	ddbType       = "com.amazonaws.dynamodb.v20120810#"
	coralService  = "com.amazon.coral.service#"
	coralValidate = "com.amazon.coral.validate#"
)

// A ddbError is an error as DynamoDB sends it.
type ddbError struct {
	Status  int    `json:"-"` // 0 is 400
	Type    string `json:"__type"`
	Message string `json:"message,omitempty"`
}

func (e *ddbError) Error() string { return e.Type + ": " + e.Message }

func ddbInvalid(message string) error {
	return &ddbError{Type: coralValidate + "ValidationException", Message: message}
}

// ddbUnsupported is the answer to a parameter that DynamoDB has and this server has not.
func ddbUnsupported(what string) error {
	return ddbInvalid(what + " is not supported by lambdatest")
}

// ddbSerialization is the answer to JSON that is not of the operation's shape. It is the one
// error whose message is under a capital letter.
func ddbSerialization(message string) error { return &ddbSerializationError{message} }

type ddbSerializationError struct{ message string }

func (e *ddbSerializationError) Error() string { return "SerializationException: " + e.message }

func (e *ddbSerializationError) MarshalJSON() ([]byte, error) {
	out := map[string]string{"__type": coralService + "SerializationException"}
	if e.message != "" {
		out["Message"] = e.message
	}
	return json.Marshal(out)
}

// writeDDB sends an operation's output, or its error.
func writeDDB(w http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		status, out = http.StatusBadRequest, err
		if e, ok := errors.AsType[*ddbError](err); ok && e.Status != 0 {
			status = e.Status
		}
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		panic("lambdatest: " + err.Error()) // all that is sent was made here
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	writeDDBBody(w, status, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

// writeDDBBody adds what every answer has: its length, its checksum and the request's ID.
func writeDDBBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	if h.Get("X-Amzn-Requestid") == "" {
		h.Set("X-Amzn-Requestid", ddbRequestID())
	}
	w.WriteHeader(status)
	w.Write(body)
}

// ddbRequestID returns 52 letters and digits, as DynamoDB's IDs are.
func ddbRequestID() string { return (rand.Text() + rand.Text())[:52] }
