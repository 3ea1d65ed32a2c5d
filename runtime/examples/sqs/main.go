// Command sqs processes the messages of a queue, and returns only those that failed. Its event
// source mapping must have ReportBatchItemFailures among its function response types. Without
// that, Lambda does not read the answer and deletes the whole batch. On a FIFO queue, return the
// messages after a failed one, too.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"

	"reduction/runtime"
)

type event struct {
	Records []struct{ MessageID, Body string }
}

type failure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

type result struct {
	BatchItemFailures []failure `json:"batchItemFailures"`
}

func main() { runtime.Start(handle) }

func handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	var e event
	if err := json.Unmarshal(inv.Payload, &e); err != nil {
		return nil, err
	}
	failed := result{BatchItemFailures: []failure{}} // null would fail the batch
	for _, m := range e.Records {
		if err := process(ctx, m.Body); err != nil {
			log.Printf("message %s: %v", m.MessageID, err)
			failed.BatchItemFailures = append(failed.BatchItemFailures, failure{m.MessageID})
		}
	}
	return json.Marshal(failed)
}

func process(ctx context.Context, body string) error {
	var order struct{ Quantity int }
	if err := json.Unmarshal([]byte(body), &order); err != nil {
		return err
	}
	if order.Quantity <= 0 {
		return errors.New("nothing was ordered")
	}
	return ctx.Err() // after the deadline, the remaining messages fail
}
