// Command notes stores the note in each event in DynamoDB, and answers with its key.
//
//	aws lambda invoke --function-name notes --payload '{"topic":"go","text":"One file."}' --cli-binary-format raw-in-base64-out /dev/stdout
//	{"PK":"go","SK":"8286a188-ba32-4475-8077-530cd35c09a9"}
package main

import (
	"context"
	"encoding/json"
	"os"

	"reduction/runtime"
	_ "reduction/runtime/prefetch" // the linker's flag -E makes it the entry: go doc reduction/runtime/prefetch
)

type attribute map[string]string // a value by its type: S, N, ...

func main() { runtime.Start(handle) }

func handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	var note struct{ Topic, Text string }
	if err := json.Unmarshal(inv.Payload, &note); err != nil {
		return nil, err
	}
	put := map[string]any{"TableName": os.Getenv("TABLE"), "Item": map[string]attribute{
		"PK": {"S": note.Topic}, "SK": {"S": inv.RequestID}, "Text": {"S": note.Text},
	}}
	if err := newClient(os.Getenv, "dynamodb").dynamoDB(ctx, "PutItem", put, nil); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"PK": note.Topic, "SK": inv.RequestID})
}
