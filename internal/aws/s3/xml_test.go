package s3

import (
	"encoding/xml"
	"testing"
)

func TestElement(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	for _, c := range []struct{ doc, name, want string }{
		{head + `<Error><Code>NoSuchKey</Code><Key>a</Key></Error>`, "Code", "NoSuchKey"},
		{head + `<Error><Code>NoSuchKey</Code><Key>a</Key></Error>`, "Key", "a"},
		{head + `<Error><Code>NoSuchKey</Code></Error>`, "Message", ""},
		{head + `<Error><Message>a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos;</Message></Error>`, "Message", `a <b> &amp; "c" 'd'`},
		{`<Error><Message>&unknown; &amp</Message></Error>`, "Message", "&unknown; &amp"},
		{`<Error><Code>NoSuchKey`, "Code", ""},
		{`<Error><Code><Nested>x</Nested></Code></Error>`, "Code", ""},
		{`<html><body>502</body></html>`, "Code", ""},
		{``, "Code", ""},
	} {
		if got := element([]byte(c.doc), c.name); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.name, c.doc, got, c.want)
		}
	}
}

// FuzzElement holds the reading of an escaped text against encoding/xml's writing of it.
func FuzzElement(f *testing.F) {
	f.Add("plain")
	f.Add("a <b> & 'c' \"d\" &amp;")
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := xml.Marshal(struct {
			XMLName xml.Name `xml:"Error"`
			Message string
		}{Message: text})
		var back struct{ Message string }
		if err != nil || xml.Unmarshal(doc, &back) != nil {
			return
		}
		// encoding/xml writes quotes, line breaks and what is no character of XML as
		// numbers, which S3 does not use.
		for i, c := range back.Message {
			if c < ' ' || c == '"' || c == '\'' || c == 0xfffd || back.Message[i] == 0x7f {
				return
			}
		}
		if got := element(doc, "Message"); got != back.Message {
			t.Errorf("%s: %q, want %q", doc, got, back.Message)
		}
	})
}
