package account

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"reduction/sigv4"
)

// A profile is the settings that two files have for one name. AWS CLI User Guide, "Configuration
// and credential file settings".
type profile struct {
	name        string
	config      map[string]string // of ~/.aws/config; nil: it has no such profile
	credentials map[string]string // of ~/.aws/credentials
}

// value returns a setting of the configuration file.
func (p *profile) value(name string) string { return p.config[name] }

// profile reads the profile that is asked for. One that is named must be there.
func (s *Source) profile() (*profile, error) {
	p := &profile{name: s.Profile}
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if p.name == "" {
			p.name = s.Getenv(variable)
		}
	}
	named := p.name != ""
	if !named {
		p.name = "default"
	}
	section := "profile " + p.name
	if p.name == "default" {
		section = p.name
	}
	var err error
	if p.config, err = readSection(s.file("AWS_CONFIG_FILE", "config"), section); err != nil {
		return nil, err
	}
	if p.credentials, err = readSection(s.file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), p.name); err != nil {
		return nil, err
	}
	if named && p.config == nil && p.credentials == nil {
		return nil, fmt.Errorf("there is no profile %q in %s or %s", p.name,
			s.file("AWS_CONFIG_FILE", "config"), s.file("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
	}
	return p, nil
}

// readSection returns the settings of one section of a file, nil if there is none.
//
//	[profile work]
//	region = eu-west-1
//	s3 =
//	    addressing_style = path     a setting of s3's, which is passed over
func readSection(file, section string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var settings map[string]string
	inside := false
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case trimmed[0] == '[':
			name, _, _ := strings.Cut(trimmed[1:], "]")
			// A name may be quoted, and stand apart: [profile "a b"].
			name = strings.Join(strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(name)), " ")
			if inside = name == section; inside && settings == nil {
				settings = map[string]string{}
			}
		case inside && line[0] != ' ' && line[0] != '\t':
			if name, value, ok := strings.Cut(trimmed, "="); ok {
				settings[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
			}
		}
	}
	return settings, nil
}

// elsewhere are the settings of a profile whose credentials come from a service.
var elsewhere = []string{"role_arn", "sso_session", "sso_start_url", "web_identity_token_file", "login_session", "credential_source"}

// credentials returns the credentials that the CLI would use, and where they are from.
func (s *Source) credentials(p *profile) (c sigv4.Credentials, from string, err error) {
	if s.Profile == "" {
		c = sigv4.Credentials{
			AccessKeyID:     s.Getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: s.Getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    s.Getenv("AWS_SESSION_TOKEN"),
		}
		if c.AccessKeyID != "" && c.SecretAccessKey != "" {
			return c, "the environment", nil
		}
		if c.AccessKeyID != "" || c.SecretAccessKey != "" {
			return c, "", errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, and one is missing")
		}
	}
	from = "profile " + p.name
	for _, name := range elsewhere {
		for _, settings := range []map[string]string{p.config, p.credentials} {
			if settings[name] != "" {
				return c, "", fmt.Errorf("profile %s has %s, which lab does not know; export its credentials first: "+
					`eval "$(aws configure export-credentials --profile %[1]s --format env)"`, p.name, name)
			}
		}
	}
	for _, settings := range []map[string]string{p.credentials, p.config} {
		if settings["aws_access_key_id"] != "" {
			c = sigv4.Credentials{
				AccessKeyID:     settings["aws_access_key_id"],
				SecretAccessKey: settings["aws_secret_access_key"],
				SessionToken:    settings["aws_session_token"],
			}
			if c.SecretAccessKey == "" {
				return c, "", fmt.Errorf("profile %s has aws_access_key_id and no aws_secret_access_key", p.name)
			}
			return c, from, nil
		}
		if command := settings["credential_process"]; command != "" {
			c, err = runProcess(command)
			if err != nil {
				err = fmt.Errorf("profile %s, credential_process: %w", p.name, err)
			}
			return c, from, err
		}
	}
	return c, "", errors.New("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a --profile that has them")
}
