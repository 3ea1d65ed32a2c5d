package dynamodb

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params is a JSON object of a request. Like DynamoDB, its methods find members by their exact
// names, where encoding/json would ignore case. Members that no operation asks for are ignored.
//
// If a member has the wrong type, a method returns the zero value and sets failed. Callers
// fetch all the members they need, then look at failed once.
type params struct {
	m      map[string]any
	failed *error // the request's first error; shared with the objects inside

	handsBack func(i int) bool // whether the i-th write of a batch comes back unprocessed
}

func parseRequest(body []byte) (*params, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	// encoding/json would replace invalid UTF-8 with U+FFFD and lose data in silence.
	if err := dec.Decode(&v); err != nil || !utf8.Valid(body) {
		return nil, &serializationError{}
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, &serializationError{}
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, &serializationError{"Unexpected value type in payload"}
	}
	return &params{m: m, failed: new(error)}, nil
}

func (p *params) fail(message string) {
	if *p.failed == nil {
		*p.failed = &serializationError{message}
	}
}

// has reports whether a member is present. A member that is null counts as absent.
func (p *params) has(name string) bool { return p.m[name] != nil }

// The messages of the methods below are those of Coral, the framework of AWS's services. They
// name the token that Coral found and the Java type that it wanted.

func (p *params) asString(v any) string {
	switch v := v.(type) {
	case nil:
	case string:
		return v
	case json.Number:
		p.fail(numberToken(v) + " cannot be converted to String")
	case bool:
		p.fail(boolToken(v) + " cannot be converted to String")
	case []any:
		p.fail("Unrecognized collection type class java.lang.String")
	default:
		p.fail("Start of structure or map found where not expected")
	}
	return ""
}

func (p *params) str(name string) string { return p.asString(p.m[name]) }

func (p *params) integer(name string) (n int64, ok bool) {
	switch v := p.m[name].(type) {
	case nil:
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return int64(f), true
		}
		p.fail(numberToken(v) + " cannot be converted to Integer")
	case bool:
		p.fail(boolToken(v) + " cannot be converted to Integer")
	case string:
		p.fail("STRING_VALUE cannot be converted to Integer")
	case []any:
		p.fail("Unrecognized collection type class java.lang.Integer")
	default:
		p.fail("Start of structure or map found where not expected")
	}
	return 0, false
}

func (p *params) asBool(v any) bool {
	switch v := v.(type) {
	case nil:
	case bool:
		return v
	case json.Number:
		p.fail(numberToken(v) + " cannot be converted to Boolean")
	case string:
		switch strings.ToUpper(v) {
		case "TRUE", "1", "YES":
			return true
		case "FALSE", "0", "NO":
			return false
		}
		p.fail("Unexpected token received from parser")
	case []any:
		p.fail("Unrecognized collection type class java.lang.Boolean")
	default:
		p.fail("Start of structure or map found where not expected")
	}
	return false
}

// boolean returns a member, or absent if it is not present.
func (p *params) boolean(name string, absent bool) bool {
	if !p.has(name) {
		return absent
	}
	return p.asBool(p.m[name])
}

func (p *params) asBinary(v any) []byte {
	s, ok := v.(string)
	switch v.(type) {
	case json.Number, bool:
		p.fail("only base-64-encoded strings are convertible to bytes")
	case []any:
		p.fail("Unrecognized collection type class java.nio.ByteBuffer")
	case map[string]any:
		p.fail("Start of structure or map found where not expected")
	}
	if !ok {
		return nil
	}
	if len(s)%4 != 0 {
		p.fail("Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(s)))
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		p.fail("Invalid last non-pad Base64 character dectected") // DynamoDB's spelling
		return nil
	}
	return b
}

func (p *params) asList(v any) []any {
	switch v := v.(type) {
	case nil:
	case []any:
		return v
	case map[string]any:
		p.fail("Start of structure or map found where not expected")
	default:
		p.fail("Unexpected field type")
	}
	return nil
}

func (p *params) list(name string) []any { return p.asList(p.m[name]) }

// asObject returns a JSON object; kind is the name of its Java class in the message.
func (p *params) asObject(v any, kind string) *params {
	in := &params{failed: p.failed}
	switch v := v.(type) {
	case nil:
	case map[string]any:
		in.m = v
	case []any:
		p.fail("Unrecognized collection type class com.amazonaws.dynamodb.v20120810." + kind)
	default:
		p.fail("Unexpected value type in payload")
	}
	return in
}

func (p *params) object(name, kind string) *params { return p.asObject(p.m[name], kind) }

// asMap returns a JSON object whose names are data. kind is the Java class of its values in the
// message; without a dot, a class of DynamoDB's.
func (p *params) asMap(v any, kind string) map[string]any {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		return v
	case []any:
		if !strings.Contains(kind, ".") {
			kind = "com.amazonaws.dynamodb.v20120810." + kind
		}
		p.fail("Unrecognized collection type java.util.Map<java.lang.String, " + kind + ">")
	default:
		p.fail("Unexpected field type")
	}
	return nil
}

func (p *params) strings(name string) map[string]string {
	if !p.has(name) {
		return nil
	}
	out := make(map[string]string)
	for k, v := range p.asMap(p.m[name], "java.lang.String") {
		out[k] = p.asString(v)
	}
	return out
}

func numberToken(n json.Number) string {
	if strings.ContainsAny(string(n), ".eE") {
		return "DECIMAL_VALUE"
	}
	return "NUMBER_VALUE"
}

func boolToken(b bool) string {
	if b {
		return "TRUE_VALUE"
	}
	return "FALSE_VALUE"
}
