package job

import (
	"context"
	"errors"
	"time"
)

// lastMoment is how long before the deadline reading stops: long enough to report that. Package
// dynamodb's Writer uses the same time.
const lastMoment = 500 * time.Millisecond

// ErrDeadline says that the invocation's time was over before everything was read.
var ErrDeadline = errors.New("the invocation's time was over before the whole object was read: give the function a longer timeout, or more memory, which comes with more CPU")

// untilLastMoment returns a context that ends a moment before ctx does, if ctx has a deadline.
func untilLastMoment(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, end.Add(-lastMoment), ErrDeadline)
}
