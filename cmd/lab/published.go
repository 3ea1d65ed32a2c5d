package main

import (
	_ "embed"
	"encoding/json"
)

// publishedFile is what others measured on AWS; the file names its source.
//
//go:embed published.json
var publishedFile []byte

// published returns what the experiment's authors measured.
func published() *publication {
	p := new(publication)
	if err := json.Unmarshal(publishedFile, p); err != nil {
		panic("lab: published.json: " + err.Error()) // it is part of the program
	}
	return p
}
