package lambdatest

import (
	"encoding/xml"
	"net/http"
	"strconv"
)

// An s3Error is an error as S3 sends it. S3 API Reference, "Error responses".
type s3Error struct {
	Status  int
	Code    string
	Message string
	Extra   []xmlField // elements that this error has beyond the usual
	Header  http.Header
}

type xmlField struct{ Name, Value string }

func (e *s3Error) Error() string { return e.Code + ": " + e.Message }

func s3Fail(status int, code, message string, extra ...xmlField) *s3Error {
	return &s3Error{Status: status, Code: code, Message: message, Extra: extra}
}

var (
	errNoSuchUpload       = s3Fail(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	errMalformedXML       = s3Fail(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	errPreconditionFailed = s3Fail(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	errMethodNotAllowed   = s3Fail(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	errNotModified        = &s3Error{Status: http.StatusNotModified}
)

func errNoSuchBucket(bucket string) *s3Error {
	return s3Fail(404, "NoSuchBucket", "The specified bucket does not exist", xmlField{"BucketName", bucket})
}

func errNoSuchKey(key string) *s3Error {
	return s3Fail(404, "NoSuchKey", "The specified key does not exist.", xmlField{"Key", key})
}

func errInvalidArgument(message, name, value string) *s3Error {
	return s3Fail(400, "InvalidArgument", message, xmlField{"ArgumentName", name}, xmlField{"ArgumentValue", value})
}

func errNotImplemented(what string) *s3Error {
	return s3Fail(501, "NotImplemented", "A header or query you provided implies functionality that is not implemented: "+what)
}

// MarshalXML writes <Error> with its elements in S3's order.
func (e *s3Error) MarshalXML(enc *xml.Encoder, _ xml.StartElement) error {
	fields := append([]xmlField{{"Code", e.Code}, {"Message", e.Message}}, e.Extra...)
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

func (e *s3Error) write(w http.ResponseWriter) {
	for name, values := range e.Header {
		w.Header()[name] = values
	}
	if e.Code == "" { // 304 has no body
		w.WriteHeader(e.Status)
		return
	}
	e = &s3Error{Status: e.Status, Code: e.Code, Message: e.Message, Extra: append(e.Extra[:len(e.Extra):len(e.Extra)],
		xmlField{"RequestId", w.Header().Get("X-Amz-Request-Id")}, xmlField{"HostId", w.Header().Get("X-Amz-Id-2")})}
	writeXML(w, e.Status, e)
}

// writeXML sends a document.
func writeXML(w http.ResponseWriter, status int, doc any) {
	body, err := xml.Marshal(doc)
	if err != nil {
		panic("lambdatest: " + err.Error()) // all that is sent was made here
	}
	body = append([]byte(xml.Header), body...)
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}
