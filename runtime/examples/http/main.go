// Command http answers API Gateway (HTTP APIs) and function URLs, whose events have the
// payload format version 2.0.
//
//	curl "$FUNCTION_URL/greet?name=Ada"
//	Hello, Ada!
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"reduction/runtime"
)

type request struct {
	RawPath               string
	QueryStringParameters map[string]string
	Body                  string
	IsBase64Encoded       bool
	RequestContext        struct{ HTTP struct{ Method string } }
}

type response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

func main() { runtime.Start(handle) }

func handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	var req request
	if err := json.Unmarshal(inv.Payload, &req); err != nil {
		return nil, err
	}
	if req.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = string(body)
	}
	status, text := route(&req)
	return json.Marshal(response{status, map[string]string{"Content-Type": "text/plain; charset=utf-8"}, text + "\n"})
}

func route(req *request) (status int, text string) {
	switch req.RequestContext.HTTP.Method + " " + req.RawPath {
	case "GET /greet":
		return 200, "Hello, " + req.QueryStringParameters["name"] + "!"
	case "POST /echo":
		return 200, req.Body
	}
	return 404, "there is GET /greet and POST /echo"
}
