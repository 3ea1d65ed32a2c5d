package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

const (
	batchItems      = 25 // BatchWriteItem takes no more
	batchesInFlight = 8

	firstDelay = 50 * time.Millisecond
	maxDelay   = 5 * time.Second
)

func makeItems(requestID string, groups map[key]*group) []types.WriteRequest {
	items := make([]types.WriteRequest, 0, len(groups))
	for k, g := range groups {
		items = append(items, types.WriteRequest{PutRequest: &types.PutRequest{
			Item: map[string]types.AttributeValue{
				"PK":                  &types.AttributeValueMemberS{Value: requestID},
				"SK":                  &types.AttributeValueMemberS{Value: "#diagnosis#" + k.diagnosis + "#hospital#" + k.hospital},
				"AverageRecoveryTime": &types.AttributeValueMemberN{Value: strconv.FormatFloat(g.mean(), 'f', -1, 64)},
				"Diagnosis":           &types.AttributeValueMemberS{Value: k.diagnosis},
				"Hospital":            &types.AttributeValueMemberS{Value: k.hospital},
				"MostUsedTreatment":   &types.AttributeValueMemberS{Value: g.mode()},
			},
		}})
	}
	return items
}

func (c *clients) write(ctx context.Context, table string, items []types.WriteRequest) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(batchesInFlight)
	for batch := range slices.Chunk(items, batchItems) {
		g.Go(func() error { return c.writeBatch(ctx, table, batch) })
	}
	return g.Wait()
}

// writeBatch sends until nothing comes back unprocessed, or the invocation's time is over.
func (c *clients) writeBatch(ctx context.Context, table string, batch []types.WriteRequest) error {
	pending := map[string][]types.WriteRequest{table: batch}
	for delay := firstDelay; ; delay = min(2*delay, maxDelay) {
		out, err := c.dynamodb.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: pending})
		if err != nil {
			return err
		}
		pending = out.UnprocessedItems
		if len(pending) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(delay)):
		}
	}
}
