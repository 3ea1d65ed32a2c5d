// Package lambdaapi calls the operations of Lambda's API that onaws needs, and reads CloudWatch's count
// of a function's invocations.
//
// It can change two settings of an existing function, MemorySize and Description, and no other. In
// particular it cannot update an Environment, which would replace all of its variables.
package lambdaapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"reduction/cmd/lab/internal/account"
)

// A Client calls Lambda in one account and region.
type Client struct{ *account.Account }

const functions = "/2015-03-31/functions"

// call sends a request and parses the answer.
func (c *Client) call(ctx context.Context, operation, method, path, query string, body, out any) error {
	r := &account.Request{Operation: operation, Service: "lambda", Method: method, Path: path, Query: query, Changes: method != http.MethodGet}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = text, "application/json"
	}
	response, err := c.Do(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(response.Body, out); err != nil {
		return fmt.Errorf("%s: the answer is not what was expected: %w", operation, err)
	}
	return nil
}

// get asks a question that changes nothing.
func (c *Client) get(ctx context.Context, operation, path, query string, out any) error {
	return c.call(ctx, operation, http.MethodGet, path, query, nil, out)
}

// Has reports whether an error is a refusal of Lambda's with the code.
func Has(err error, code string) bool {
	e, ok := errors.AsType[*account.Error](err)
	return ok && e.Code == code
}

// The codes of refusals that are to be told apart.
const (
	NotFound           = "ResourceNotFoundException"
	Conflict           = "ResourceConflictException"
	PreconditionFailed = "PreconditionFailedException"
)

// qualified returns the query for a version or an alias.
func qualified(qualifier string) string {
	if qualifier == "" {
		return ""
	}
	return "Qualifier=" + qualifier
}

// A Function is a function with its code.
type Function struct {
	Configuration *Configuration
	Code          struct{ RepositoryType, Location, ImageUri string }
	Concurrency   struct{ ReservedConcurrentExecutions *int }
}

// Function returns a function, or a version of it.
func (c *Client) Function(ctx context.Context, name, qualifier string) (*Function, error) {
	f := &Function{Configuration: new(Configuration)}
	return f, c.get(ctx, "GetFunction", functions+"/"+name, qualified(qualifier), f)
}

// Configuration returns the configuration of a function.
func (c *Client) Configuration(ctx context.Context, name string) (*Configuration, error) {
	f := new(Configuration)
	return f, c.get(ctx, "GetFunctionConfiguration", functions+"/"+name+"/configuration", "", f)
}

// A Change is what Update sends. What is nil stays as it is. With a revision, the update is refused
// with PreconditionFailed if the function has been changed since.
type Change struct {
	MemorySize  *int    `json:",omitempty"`
	Description *string `json:",omitempty"`
	RevisionId  string  `json:",omitempty"`
}

// Update changes a function's configuration, and does not wait until that is done.
func (c *Client) Update(ctx context.Context, name string, change Change) (*Configuration, error) {
	f := new(Configuration)
	return f, c.call(ctx, "UpdateFunctionConfiguration", http.MethodPut, functions+"/"+name+"/configuration", "", change, f)
}

// Create makes a function of the members of a CreateFunction request.
func (c *Client) Create(ctx context.Context, request map[string]any) (*Configuration, error) {
	f := new(Configuration)
	return f, c.call(ctx, "CreateFunction", http.MethodPost, functions, "", request, f)
}

// Delete deletes a function with all of its versions.
func (c *Client) Delete(ctx context.Context, name string) error {
	return c.call(ctx, "DeleteFunction", http.MethodDelete, functions+"/"+name, "", nil, nil)
}

// The time between two looks at what is in progress, and how long it may take: a function in a VPC
// takes minutes.
const (
	firstLook = 200 * time.Millisecond
	laterLook = 2 * time.Second
	patience  = 10 * time.Minute
)

// Wait waits until a function is active and no update is in progress, and returns its
// configuration. A creation or an update that failed is an error.
func (c *Client) Wait(ctx context.Context, name string) (*Configuration, error) {
	pause := firstLook
	for waited := time.Duration(0); ; waited += pause {
		f, err := c.Configuration(ctx, name)
		if err != nil {
			return nil, err
		}
		switch {
		case f.State == "Failed":
			return f, fmt.Errorf("function %s: its creation failed: %s", name, f.StateReason)
		case f.LastUpdateStatus == "Failed":
			return f, fmt.Errorf("function %s: its last update failed: %s", name, f.LastUpdateStatusReason)
		case f.Ready():
			return f, nil
		case waited > patience:
			return f, fmt.Errorf("function %s: after %v its state is still %s, and its last update %s", name, patience, f.State, f.LastUpdateStatus)
		}
		if err := c.Sleep(ctx, pause); err != nil {
			return nil, err
		}
		pause = min(pause*3/2, laterLook)
	}
}

// An Invocation is what came of invoking a function.
type Invocation struct {
	RequestID     string
	Payload       []byte
	FunctionError string // "" if it succeeded
	Log           []byte // the last 4 KB
	Took          time.Duration
}

// Invoke invokes a function with an event and waits for the answer. A failure of the function is no
// error.
func (c *Client) Invoke(ctx context.Context, name string, event []byte) (*Invocation, error) {
	response, err := c.Do(ctx, &account.Request{
		Operation: "Invoke", Service: "lambda", Method: http.MethodPost, Path: functions + "/" + name + "/invocations",
		ContentType: "application/json", Header: http.Header{"X-Amz-Log-Type": {"Tail"}}, Body: event, Once: true,
	})
	if err != nil {
		return nil, err
	}
	log, err := base64.StdEncoding.DecodeString(response.Header.Get("X-Amz-Log-Result"))
	if err != nil {
		return nil, fmt.Errorf("Invoke: the log is not base64: %w", err)
	}
	return &Invocation{
		RequestID:     cmp.Or(response.Header.Get("X-Amzn-Requestid"), response.Header.Get("X-Amz-Request-Id")),
		Payload:       response.Body,
		FunctionError: response.Header.Get("X-Amz-Function-Error"),
		Log:           log,
		Took:          response.Took,
	}, nil
}

// Download returns the package of a function, from where GetFunction says that it is. Its hash must
// be that of the configuration.
func (c *Client) Download(ctx context.Context, f *Function) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.Code.Location, nil)
	if err != nil {
		return nil, fmt.Errorf("the package of %s has no address: %w", f.Configuration.FunctionName, err)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("downloading the package of %s: %w", f.Configuration.FunctionName, withoutURL(err))
	}
	defer response.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, response.Body); err != nil {
		return nil, fmt.Errorf("downloading the package of %s: %w", f.Configuration.FunctionName, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("downloading the package of %s: %s", f.Configuration.FunctionName, response.Status)
	}
	sum := sha256.Sum256(b.Bytes())
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != f.Configuration.CodeSha256 {
		return nil, fmt.Errorf("the package of %s has the SHA-256 %s, not %s as its configuration says", f.Configuration.FunctionName, got, f.Configuration.CodeSha256)
	}
	return b.Bytes(), nil
}

// withoutURL removes the address from an error: whoever has it can download the package.
func withoutURL(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
