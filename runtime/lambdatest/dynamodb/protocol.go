package dynamodb

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"reduction/runtime/lambdatest/internal/signature"
)

// maxRequest is the largest request. API Reference, BatchWriteItem: 16 MB.
const maxRequest = 16 << 20

// The namespaces of error types on the wire. A client looks at what follows the '#'. Coral is
// the framework of AWS's services.
const (
	dynamodbErrors   = "com.amazonaws.dynamodb.v20120810#"
	coralErrors      = "com.amazon.coral.service#"
	validationErrors = "com.amazon.coral.validate#"
)

// An apiError is an error as DynamoDB sends it.
type apiError struct {
	Status  int    `json:"-"` // 0 means 400
	Type    string `json:"__type"`
	Message string `json:"message,omitempty"`
}

func (e *apiError) Error() string { return e.Type + ": " + e.Message }

func invalid(message string) error {
	return &apiError{Type: validationErrors + "ValidationException", Message: message}
}

// invalidParameter is the validation error of a parameter's content.
func invalidParameter(message string) error {
	return invalid("One or more parameter values were invalid: " + message)
}

// unsupported is the answer to a parameter that DynamoDB has and this package doesn't.
func unsupported(what string) error {
	return invalid(what + " is not supported by lambdatest")
}

// A serializationError is the answer to JSON that doesn't have the form of the operation's
// request. It is the only error whose member is called Message, with a capital letter.
type serializationError struct{ message string }

func (e *serializationError) Error() string { return "SerializationException: " + e.message }

func (e *serializationError) MarshalJSON() ([]byte, error) {
	out := map[string]string{"__type": coralErrors + "SerializationException"}
	if e.message != "" {
		out["Message"] = e.message
	}
	return json.Marshal(out)
}

// refuse sends a refusal as DynamoDB words it.
func refuse(w http.ResponseWriter, r *signature.Refusal) {
	namespace := coralErrors
	if strings.HasPrefix(r.Exception, "Provisioned") || strings.HasPrefix(r.Exception, "Internal") {
		namespace = dynamodbErrors
	}
	write(w, nil, &apiError{Status: r.JSONStatus, Type: namespace + r.Exception, Message: r.JSONMessage})
}

// write sends the output of an operation, or its error.
func write(w http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		status, out = http.StatusBadRequest, err
		if e, ok := errors.AsType[*apiError](err); ok && e.Status != 0 {
			status = e.Status
		}
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		panic("dynamodb: " + err.Error()) // this package has made the output
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	writeBody(w, status, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

// writeBody adds the headers of every answer: its length, its checksum and the request's ID.
func writeBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	h.Set("X-Amzn-Requestid", (rand.Text() + rand.Text())[:52])
	w.WriteHeader(status)
	w.Write(body)
}
