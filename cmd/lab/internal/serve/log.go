package serve

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"

	"reduction/cmd/lab/internal/cli"
	"reduction/runtime/lambdatest"
)

// requestLine describes a request and its answer:
//
//	s3 GetObject s3://records/records.csv: 200, 89.3 kB
//	dynamodb BatchWriteItem: 200, 23 B
//	s3 GetObject s3://records/other.csv: 404 NoSuchKey: The specified key does not exist.
//	sts GetCallerIdentity: 501 NotImplemented: sts GetCallerIdentity is not supported by ...
func requestLine(r *lambdatest.Request) string {
	what := strings.TrimSpace(r.Service + " " + r.Operation)
	switch {
	case r.Bucket != "" && r.Key != "":
		what += " s3://" + r.Bucket + "/" + r.Key
	case r.Bucket != "":
		what += " s3://" + r.Bucket
	case r.Service == "lambda":
		what += " " + r.Target
	}
	switch {
	case r.Status == 0:
		what += ": no answer"
	case r.Status < 400:
		what += fmt.Sprintf(": %d, %s", r.Status, cli.Size(r.Sent))
	default:
		what += strings.TrimRight(fmt.Sprintf(": %d %s", r.Status, errorOf(r.Error)), " ")
	}
	return strings.Map(printable, what)
}

// printable keeps a key from moving the terminal's cursor.
func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return '?'
}

// errorOf returns the code and the first line of the message of an AWS service's error. The text may
// be cut off at its end.
func errorOf(body []byte) string {
	var code, message string
	if bytes.HasPrefix(body, []byte("{")) {
		var e struct {
			Type    string `json:"__type"`
			Message string // DynamoDB spells it with and without a capital letter
		}
		json.Unmarshal(body, &e)
		code, message = e.Type[strings.Index(e.Type, "#")+1:], e.Message
	} else {
		var name string
		for d := xml.NewDecoder(bytes.NewReader(body)); ; {
			token, err := d.Token()
			if err != nil {
				break
			}
			switch token := token.(type) {
			case xml.StartElement:
				name = token.Name.Local
			case xml.EndElement:
				name = ""
			case xml.CharData:
				switch name {
				case "Code":
					code = string(token)
				case "Message":
					message = string(token)
				}
			}
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	if code == "" || message == "" {
		return code + message
	}
	return code + ": " + message
}
