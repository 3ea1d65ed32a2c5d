package s3

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"time"

	"reduction/runtime/lambdatest/internal/signature"
)

// An apiError is an error as S3 sends it. S3 API Reference, "Error responses".
type apiError struct {
	Status  int
	Code    string
	Message string
	Fields  []field // elements beside the usual ones
	Header  http.Header
}

type field struct{ Name, Value string }

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

func fail(status int, code, message string, fields ...field) *apiError {
	return &apiError{Status: status, Code: code, Message: message, Fields: fields}
}

// refused returns a refusal as S3 words it.
func refused(r *signature.Refusal) *apiError {
	err := fail(r.Status, r.Code, r.Message)
	for _, f := range r.Fields {
		err.Fields = append(err.Fields, field(f))
	}
	return err
}

// refuse sends a refusal as S3 words it.
func refuse(w http.ResponseWriter, r *signature.Refusal) { refused(r).write(w) }

var (
	errIncompleteBody   = fail(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
	errMalformedXML     = fail(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	errNoSuchUpload     = fail(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	errMethodNotAllowed = fail(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	errMissingLength    = fail(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	errNotModified      = &apiError{Status: http.StatusNotModified}
)

func errBadDigest(message string, fields ...field) *apiError {
	return fail(400, "BadDigest", message, fields...)
}

func errTooLarge(fields ...field) *apiError {
	return fail(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", fields...)
}

func errNoSuchBucket(bucket string) *apiError {
	return fail(404, "NoSuchBucket", "The specified bucket does not exist", field{"BucketName", bucket})
}

func errNoSuchKey(key string) *apiError {
	return fail(404, "NoSuchKey", "The specified key does not exist.", field{"Key", key})
}

func errInvalidArgument(message, name, value string) *apiError {
	return fail(400, "InvalidArgument", message, field{"ArgumentName", name}, field{"ArgumentValue", value})
}

// errUnsupported is the refusal of what S3 has and this package doesn't. Its code is S3's.
func errUnsupported(what string) *apiError {
	return fail(501, "NotImplemented", what+" is not supported by lambdatest")
}

// errCondition is the answer to a condition that does not hold.
func errCondition(condition string) *apiError {
	return fail(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", field{"Condition", condition})
}

// MarshalXML writes the element Error, with its children in S3's order.
func (e *apiError) MarshalXML(enc *xml.Encoder, _ xml.StartElement) error {
	fields := append([]field{{"Code", e.Code}, {"Message", e.Message}}, e.Fields...)
	start := xml.StartElement{Name: xml.Name{Local: "Error"}}
	if err := enc.EncodeToken(start); err != nil {
		return err
	}
	for _, f := range fields {
		if err := enc.EncodeElement(f.Value, xml.StartElement{Name: xml.Name{Local: f.Name}}); err != nil {
			return err
		}
	}
	return enc.EncodeToken(start.End())
}

func (e *apiError) write(w http.ResponseWriter) {
	for name, values := range e.Header {
		w.Header()[name] = values
	}
	if e.Code == "" { // 304 has no body
		w.WriteHeader(e.Status)
		return
	}
	e = &apiError{Status: e.Status, Code: e.Code, Message: e.Message, Fields: append(e.Fields[:len(e.Fields):len(e.Fields)],
		field{"RequestId", w.Header().Get("X-Amz-Request-Id")}, field{"HostId", w.Header().Get("X-Amz-Id-2")})}
	writeXML(w, e.Status, e)
}

// An element is an XML element whose name is known only at run time.
type element struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

// formatTime formats a time as S3's documents do.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// writeXML sends a document.
func writeXML(w http.ResponseWriter, status int, doc any) {
	body, err := xml.Marshal(doc)
	if err != nil {
		panic("s3: " + err.Error()) // this package has made the document
	}
	body = append([]byte(xml.Header), body...)
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}
