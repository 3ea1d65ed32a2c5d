package job

import (
	"context"
	"errors"
	"time"
)

// lastMoment is what is left of an invocation when reading stops: enough to say so. Package aws's
// Writer leaves as much.
const lastMoment = 500 * time.Millisecond

// ErrDeadline says that the invocation's time was over before everything was read.
var ErrDeadline = errors.New("the invocation's time is over before the object has been read to its end: the function needs a longer timeout, or more memory, with which more of a CPU comes")

// untilLastMoment returns a context that ends a moment before ctx does, if ctx has a deadline.
func untilLastMoment(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, end.Add(-lastMoment), ErrDeadline)
}
