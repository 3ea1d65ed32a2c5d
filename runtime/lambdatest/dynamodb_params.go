package lambdatest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ddbParams is a JSON object of a request. Its methods fetch members by their exact names,
// as DynamoDB does, where encoding/json would fold case; members nobody asks for are
// ignored, also as DynamoDB does. A member of the wrong type is the request's first error
// and stays it: callers fetch all they need and look at failed once.
type ddbParams struct {
	m      map[string]any
	failed *error // shared with the objects inside

	handBack func(i int) bool // whether a batch's i-th write is to come back unprocessed
}

func parseDDB(body []byte) (*ddbParams, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	// encoding/json would replace what is not UTF-8 by U+FFFD: data lost in silence.
	if err := dec.Decode(&v); err != nil || !utf8.Valid(body) {
		return nil, ddbSerialization("")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, ddbSerialization("")
	}
	p := &ddbParams{failed: new(error)}
	switch v := v.(type) {
	case map[string]any:
		p.m = v
	default:
		return nil, ddbSerialization("Unexpected value type in payload")
	}
	return p, nil
}

func (p *ddbParams) fail(message string) {
	if *p.failed == nil {
		*p.failed = ddbSerialization(message)
	}
}

// has reports whether a member is there and not null, which is the same as absent.
func (p *ddbParams) has(name string) bool { return p.m[name] != nil }

// asString returns a value as a string, as Coral (the framework of AWS's services) does: it
// names the token it found and the Java type it wanted.
func (p *ddbParams) asString(v any) string {
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

func (p *ddbParams) str(name string) string { return p.asString(p.m[name]) }

func (p *ddbParams) integer(name string) (int64, bool) {
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

func (p *ddbParams) asBool(v any) bool {
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

// boolean returns a member, or what it is when absent.
func (p *ddbParams) boolean(name string, absent bool) bool {
	if !p.has(name) {
		return absent
	}
	return p.asBool(p.m[name])
}

func (p *ddbParams) asBinary(v any) []byte {
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
		p.fail("Invalid last non-pad Base64 character dectected") // the service's spelling
		return nil
	}
	return b
}

func (p *ddbParams) asList(v any) []any {
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

func (p *ddbParams) list(name string) []any { return p.asList(p.m[name]) }

// asObject returns a JSON object; kind is its Java name, for the message.
func (p *ddbParams) asObject(v any, kind string) *ddbParams {
	in := &ddbParams{failed: p.failed}
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

func (p *ddbParams) object(name, kind string) *ddbParams { return p.asObject(p.m[name], kind) }

// asMap returns a JSON object that is a map rather than a structure; kind is its Java value
// type, where it is not one of DynamoDB's.
func (p *ddbParams) asMap(v any, kind string) map[string]any {
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

func (p *ddbParams) strings(name string) map[string]string {
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
