package reduce

import (
	"errors"

	"reduction/internal/env"
	"reduction/internal/job"
)

// Settings are the function's settings, by the names of their environment variables.
type Settings map[string]string

// Options reads the settings as the function does.
func (s Settings) Options() (job.Options, error) {
	r := env.New(func(name string) string { return s[name] })
	o := job.ReadOptions(r)
	return o, r.Err()
}

// Check says what is wrong with the value of one setting, without the setting's name.
func (s Settings) Check(name string) error {
	r := env.New(func(asked string) string {
		if asked == name {
			return s[name]
		}
		return ""
	})
	job.ReadOptions(r)
	if bad, ok := errors.AsType[*env.Error](r.Err()); ok {
		return errors.New("expected " + bad.Expected)
	}
	return nil
}
