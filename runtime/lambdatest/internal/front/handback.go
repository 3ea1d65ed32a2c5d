package front

import (
	"context"
	"net/http"
)

type handBackKey struct{}

// WithHandBack returns the request with a fault planned for it: a share of its batch, 0 to 1,
// comes back unprocessed.
func WithHandBack(r *http.Request, share float64) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), handBackKey{}, share))
}

// HandsBack reports whether the i-th write of the request's batch comes back unprocessed. The
// planned share is spread evenly over the batch.
func HandsBack(r *http.Request, i int) bool {
	share, _ := r.Context().Value(handBackKey{}).(float64)
	return int(float64(i+1)*share) > int(float64(i)*share)
}
