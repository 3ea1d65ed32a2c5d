package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"reduction/sigv4"
)

// runProcess runs a credential_process and reads what it prints. AWS CLI User Guide, "Sourcing
// credentials with an external process".
func runProcess(command string) (c sigv4.Credentials, err error) {
	words, err := splitWords(command)
	if err != nil {
		return c, err
	}
	process := exec.Command(words[0], words[1:]...)
	process.Stderr = os.Stderr // it may have a question
	process.Stdin = os.Stdin
	out, err := process.Output()
	if err != nil {
		return c, fmt.Errorf("%s: %w", words[0], err)
	}
	var answer struct {
		Version                                    int
		AccessKeyID, SecretAccessKey, SessionToken string
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return c, fmt.Errorf("%s prints no JSON", words[0]) // not its output: that may hold a secret
	}
	if answer.Version != 1 || answer.AccessKeyID == "" || answer.SecretAccessKey == "" {
		return c, fmt.Errorf("%s prints no credentials of version 1", words[0])
	}
	return sigv4.Credentials{AccessKeyID: answer.AccessKeyID, SecretAccessKey: answer.SecretAccessKey, SessionToken: answer.SessionToken}, nil
}

// splitWords splits a command into words at spaces outside of quotes. No shell runs it.
func splitWords(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, r := range command {
		switch {
		case r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inWord = r, true
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	if quote != 0 || len(words) == 0 {
		return nil, errors.New("a quotation is not closed, or there is no command")
	}
	return words, nil
}
