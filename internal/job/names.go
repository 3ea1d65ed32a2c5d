package job

import (
	"bytes"
	"unicode/utf8"

	"reduction/csvfast"
)

const byteOrderMark = "\xef\xbb\xbf"

// missingByDefault are spellings of a missing hospital, diagnosis or recovery time. Databases,
// spreadsheets and numerical libraries write them. "None" and "NA" are not among them: a treatment
// may be none, and NA may be an abbreviation.
var missingByDefault = [...]string{"NULL", `\N`, "#N/A", "NaN"}

// decode turns a field of the file into a name. The table calls it once for each spelling, so its
// checks cost nothing per row. A missing treatment is an empty name.
func (r *Reducer) decode(column int, dst, raw []byte) ([]byte, error) {
	start := len(dst)
	name, err := csvfast.AppendUnquoted(dst, raw)
	if err != nil {
		return dst, err
	}
	if r.options.Encoding == UTF8 {
		if !utf8.Valid(name[start:]) {
			return dst, ErrUTF8
		}
	} else if text := name[start:]; !ascii(text) {
		switch {
		case utf8.Valid(text):
			return dst, ErrNotEncoded
		case bytes.HasPrefix(text, []byte(byteOrderMark)):
			return dst, ErrCharacter // at the start of a line, the table asks again without it
		}
		r.text = append(r.text[:0], text...)
		name = appendDecoded(dst, r.text, r.options.Encoding)
		if cap(r.text) > keptText {
			r.text = nil
		}
	}
	if err := checkCharacters(name[start:]); err != nil {
		return dst, err
	}
	treatment := column == r.layout.Treatment
	if r.missing(name[start:], !treatment) {
		if treatment {
			return dst, nil
		}
		return dst, ErrMissing
	}
	return name, nil
}

// keptText is the largest buffer for text that is kept: names are short.
const keptText = 4 << 10

// missing reports whether a name is a spelling of a missing value. Space around it does not matter.
func (r *Reducer) missing(name []byte, byDefault bool) bool {
	name = bytes.TrimSpace(name)
	if len(name) == 0 {
		return true
	}
	for _, s := range r.options.Missing {
		if string(name) == s {
			return true
		}
	}
	if byDefault {
		for _, s := range missingByDefault {
			if string(name) == s {
				return true
			}
		}
	}
	return false
}

// checkCharacters refuses byte order marks and control characters other than tabs and line breaks.
// With them, two spellings that look the same would be two hospitals.
func checkCharacters(name []byte) error {
	for i, c := range name {
		switch {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7f:
			return ErrCharacter
		case c == 0xc2 && name[i+1] < 0xa0: // U+0080 to U+009F
			return ErrCharacter
		case c == 0xef && string(name[i:i+3]) == byteOrderMark:
			return ErrCharacter
		}
	}
	return nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendDecoded appends text in UTF-8.
func appendDecoded(dst, text []byte, e Encoding) []byte {
	for _, c := range text {
		r := rune(c)
		if e == Windows1252 && 0x80 <= c && c < 0xa0 {
			r = windows1252[c-0x80]
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// windows1252 has the characters of the bytes from 0x80 to 0x9F; the other bytes are those of
// ISO 8859-1. Unicode's mapping table CP1252.TXT; the five bytes that it leaves undefined stay
// control characters, which no name has.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}
