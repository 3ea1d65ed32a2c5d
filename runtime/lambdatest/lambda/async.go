package lambda

import (
	"context"
	"slices"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// invokeAsync queues an event. An invocation that fails is tried again after each of the
// function's RetryDelays, under the same request ID. Developer Guide, How Lambda handles errors
// and retries with asynchronous invocation.
func (fn *Function) invokeAsync(inv *invocation) {
	fn.async.Go(func() {
		for attempt := 0; ; attempt++ {
			try := &invocation{id: inv.id, payload: inv.payload, traceID: inv.traceID, context: inv.context, tenant: inv.tenant}
			res, err := fn.invoke(context.Background(), try)
			if err != nil {
				return // the function is closed
			}
			fn.mu.Lock()
			fn.results = append(fn.results, res)
			fn.mu.Unlock()
			if res.FunctionError == "" || attempt == len(fn.cfg.RetryDelays) {
				return
			}
			select {
			case <-time.After(fn.cfg.RetryDelays[attempt]):
			case <-fn.closed:
				return
			}
		}
	})
}

// InvokeAsync queues an event, as an invocation of type Event does, and returns its request ID.
// If the function fails, Lambda tries again after each of the function's RetryDelays.
func (fn *Function) InvokeAsync(payload []byte) (requestID string) {
	inv := &invocation{id: front.NewUUID(), payload: payload}
	fn.invokeAsync(inv)
	return inv.id
}

// AsyncResults waits until no asynchronous invocation is running or to be tried again. It
// returns the results of all attempts in the order in which they ended.
func (fn *Function) AsyncResults() []*Result {
	fn.async.Wait()
	fn.mu.Lock()
	defer fn.mu.Unlock()
	return slices.Clone(fn.results)
}
