package env

import (
	"errors"
	"testing"
)

func TestReader(t *testing.T) {
	vars := map[string]string{
		"SET": "x", "ON": "on", "OFF": "off", "TRUE": "True", "FALSE": "FALSE", "SEVEN": "7", "SECRET": "s3cret",
	}
	r := New(func(name string) string { return vars[name] })
	if r.First("UNSET", "SET") != "x" || r.First("UNSET") != "" || r.First() != "" {
		t.Error("First")
	}
	if !r.On("ON") || r.On("OFF") || r.On("UNSET") {
		t.Error("On")
	}
	if !r.Bool("TRUE") || r.Bool("FALSE") || r.Bool("UNSET") {
		t.Error("Bool")
	}
	if n, set := r.Number("SEVEN", 7, 7); n != 7 || !set {
		t.Error("Number")
	}
	if n, set := r.Number("UNSET", 1, 7); n != 0 || set {
		t.Error("Number, not set")
	}
	if r.Choice("SET", "", "x", "y") != "x" || r.Choice("UNSET", "a", "b") != "a" {
		t.Error("Choice")
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	for want, read := range map[string]func(*Reader){
		"setting SECRET: expected on or off":                    func(r *Reader) { r.Choice("SECRET", "on", "off") },
		"setting SECRET: expected off or on":                    func(r *Reader) { r.On("SECRET") },
		"setting SECRET: expected a, b or c":                    func(r *Reader) { r.Choice("SECRET", "a", "b", "c") },
		"setting SECRET: expected full":                         func(r *Reader) { r.Choice("SECRET", "", "full") },
		"setting SECRET: expected true or false":                func(r *Reader) { r.Bool("SECRET") },
		"setting SECRET: expected a whole number from 1 to 100": func(r *Reader) { r.Number("SECRET", 1, 100) },
		"setting SEVEN: expected a whole number from 8 to 9":    func(r *Reader) { r.Number("SEVEN", 8, 9) },
	} {
		r := New(func(name string) string { return vars[name] })
		read(r)
		r.Fail("LATER", "nothing")
		if err := r.Err(); !errors.Is(err, ErrSetting) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
