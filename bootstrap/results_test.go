package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// The commands of docs/results.md print what the page says: with a stand-in for the AWS CLI, and
// with the AWS CLI itself if it is installed.
func TestResultsPage(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell here")
	}
	page, err := os.ReadFile("../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands, want string
	for _, block := range regexp.MustCompile("(?s)```(sh|text)\n(.*?)```\n").FindAllSubmatch(page, -1) {
		if string(block[1]) == "sh" {
			commands += string(block[2])
		} else {
			want += string(block[2])
		}
	}
	if n := strings.Count(commands, "aws dynamodb "); n != 5 {
		t.Fatalf("%d commands", n)
	}

	s := lambdatest.NewServer()
	defer s.Close()
	w := newWorldOn(t, s, "LATEST=object", "RECORDS=on", "MIN_RECORDS=2", "TTL_DAYS=30")
	w.S3.Put("records", "in.csv", []byte(header+"Old Hospital,Asthma,Old,1\nOld Hospital,Asthma,Old,1\n"))
	if _, err := w.invoke("request-1", ""); err != nil {
		t.Fatal(err)
	}
	w.S3.Put("records", "in.csv", []byte(header+
		"City Hospital,Asthma,Therapy A,8\nCity Hospital,Asthma,Therapy A,9\nCity Hospital,Asthma,Therapy B,10\n"+
		"General Hospital,Asthma,Medication A,12\nGeneral Hospital,Asthma,Medication A,13\nGeneral Hospital,Asthma,Medication B,12\nGeneral Hospital,Asthma,Medication B,12\n"+
		"Lakeside Clinic,Asthma,Medication A,4\nLakeside Clinic,Asthma,Medication A,5\n"+
		"Northern Hospital,Asthma,Medication A,100\nNorthern Hospital,Asthma,Medication B,20\n"+
		"One Patient,Asthma,Medication A,1\nOne Patient,Asthma#hospital,Medication A,1\n"+
		"City Hospital,Asthmatic Bronchitis,Rest,1\nCity Hospital,Asthmatic Bronchitis,Rest,1\nCity Hospital,Flu,Rest,3\nCity Hospital,Flu,Rest,4\nCity Hospital,Flu,Rest,5\nCity Hospital,Flu,Rest,6\n"))
	if _, err := w.invoke("request-2", ""); err != nil {
		t.Fatal(err)
	}

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	standIn := t.TempDir()
	if err := os.Symlink(self, filepath.Join(standIn, "aws")); err != nil {
		t.Skip(err)
	}
	env := append(os.Environ(), s.Env()...)
	env = append(env, "AWS_PAGER=", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	try := func(name string, env []string) {
		t.Helper()
		cmd := exec.Command(shell, "-eu", "-c", commands)
		cmd.Env = env
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if got, err := cmd.Output(); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nprinted\n%s\nwant\n%s", name, err, stderr.Bytes(), got, want)
		}
	}
	try("stand-in", append(env, "PATH="+standIn+string(os.PathListSeparator)+os.Getenv("PATH")))
	if version, err := exec.Command("aws", "--version").CombinedOutput(); err == nil && strings.HasPrefix(string(version), "aws-cli/") {
		try(strings.TrimSpace(string(version)), env)
	}
}

// awsCLI does what the page asks of the AWS CLI: an operation of DynamoDB, all pages of it, whose
// parameters are flags, and from the answer what --query names.
func awsCLI(args []string) int {
	fail := func(v any) int { fmt.Fprintln(os.Stderr, "stand-in for the AWS CLI:", v); return 1 }
	if len(args) < 2 || args[0] != "dynamodb" {
		return fail(args)
	}
	// pascal makes get-item GetItem.
	pascal := func(s string) string {
		return regexp.MustCompile(`(^|-)[a-z]`).ReplaceAllStringFunc(s, func(m string) string { return strings.ToUpper(m[len(m)-1:]) })
	}
	request := map[string]any{}
	var query string
	for i := 2; i < len(args); i++ {
		name, ok := strings.CutPrefix(args[i], "--")
		value := any(true)
		if name != "consistent-read" && i+1 < len(args) {
			i++
			value = args[i]
			if strings.HasPrefix(args[i], "{") {
				value = json.RawMessage(args[i])
			}
		}
		switch {
		case !ok:
			return fail(args[i])
		case name == "query":
			query = args[i]
		case name == "output" && args[i] == "text":
		default:
			request[pascal(name)] = value
		}
	}
	var whole map[string]any
	for {
		page, err := ask(pascal(args[1]), request)
		if err != nil {
			return fail(err)
		}
		if whole == nil {
			whole = page
		} else {
			whole["Items"] = append(whole["Items"].([]any), page["Items"].([]any)...)
		}
		if page["LastEvaluatedKey"] == nil {
			break
		}
		request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
	}
	result := selected(whole, query)
	lines, ok := result.([]any)
	if _, nested := append(lines, nil)[0].([]any); !ok || !nested {
		lines = []any{result}
	}
	for _, line := range lines {
		fields, ok := line.([]any)
		if !ok {
			fields = []any{line}
		}
		for i, f := range fields {
			if f == nil {
				f = "None"
			}
			fmt.Print(strings.Repeat("\t", min(i, 1)), f)
		}
		fmt.Println()
	}
	return 0
}

// ask sends a request to the DynamoDB of the environment.
func ask(operation string, request map[string]any) (map[string]any, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	credentials := sigv4.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN")}
	status, text, err := askDynamoDB(os.Getenv("AWS_ENDPOINT_URL"), credentials, os.Getenv("AWS_REGION"), operation, body)
	if err != nil || status != 200 {
		return nil, fmt.Errorf("%s: %d, %s, %v", operation, status, text, err)
	}
	answer := map[string]any{}
	return answer, json.Unmarshal(text, &answer)
}

// askDynamoDB sends a request and returns the answer's status and body.
func askDynamoDB(url string, c sigv4.Credentials, region, operation string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequest("POST", url+"/", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	sigv4http.Sign(&sigv4.Signer{Credentials: c, Region: region, Service: "dynamodb"}, req, body, time.Now())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// selected is what an expression of JMESPath names, of those that the page has: "a.b", "a.[b.c, d]"
// and "a[].[b.c, d]".
func selected(v any, expression string) any {
	path, list, isList := strings.Cut(strings.TrimSuffix(expression, "]"), ".[")
	path, each := strings.CutSuffix(path, "[]")
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	all, _ := v.([]any)
	switch {
	case each:
		out := []any{}
		for _, item := range all {
			out = append(out, selected(map[string]any{"item": item}, "item.["+list+"]"))
		}
		return out
	case isList:
		var out []any
		for name := range strings.SplitSeq(list, ", ") {
			out = append(out, selected(v, name))
		}
		return out
	}
	return v
}
