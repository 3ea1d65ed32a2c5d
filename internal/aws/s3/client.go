package s3

import (
	"sync"

	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
)

// Client sends requests to S3. Several goroutines may use it at once. It keeps read-ahead buffers
// from one object to the next.
type Client struct {
	VerifyFull    bool // every object must have a checksum of its whole content, and match it
	RequesterPays bool // the function's account pays for what it reads

	service *request.Service
	buffers buffers

	mu      sync.Mutex
	regions map[string]string // by bucket, where its region has turned out to be another
}

// New returns a client of a service whose name is s3. The function's memory size decides over how
// many connections it reads an object.
func New(s *request.Service, memoryMB int) *Client {
	return &Client{service: s, buffers: buffers{plan: planFor(memoryMB)}, regions: make(map[string]string)}
}

// Endpoint returns where a bucket is reached, in the region in which it was last found.
func (c *Client) Endpoint(bucket string) (endpoint.URL, error) {
	at, _, err := c.service.Endpoints.Bucket(c.regionOf(bucket), bucket)
	return at, err
}

// Release frees the buffers that no object is using.
func (c *Client) Release() { c.buffers.release() }

// regionOf returns the region that a bucket was last found in.
func (c *Client) regionOf(bucket string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if region := c.regions[bucket]; region != "" {
		return region
	}
	return c.service.Region
}

func (c *Client) setRegion(bucket, region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.regions[bucket] = region
}
