package dynamodb

import (
	"sync"

	"reduction/internal/aws/request"
)

// Client sends requests to DynamoDB. Several goroutines may use it at once.
type Client struct {
	service *request.Service
	senders sync.Pool // of *sender, not in use
}

// New returns a client of a service whose name is dynamodb.
func New(s *request.Service) *Client { return &Client{service: s} }
