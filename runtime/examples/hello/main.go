// Command hello is the smallest function: it greets the person that the event names.
//
//	aws lambda invoke --function-name hello --payload '{"name":"Ada"}' --cli-binary-format raw-in-base64-out /dev/stdout
//	{"greeting":"Hello, Ada!"}
package main

import (
	"context"
	"encoding/json"

	"reduction/runtime"
)

func main() { runtime.Start(handle) }

func handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	var event struct{ Name string }
	if err := json.Unmarshal(inv.Payload, &event); err != nil {
		return nil, err
	}
	if event.Name == "" {
		event.Name = "world"
	}
	return json.Marshal(map[string]string{"greeting": "Hello, " + event.Name + "!"})
}
