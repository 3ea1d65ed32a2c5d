package lambda_test

import (
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest/lambda"
)

func TestExtensionGetsInvoke(t *testing.T) {
	fn, rt := inProcess(t, lambda.FunctionConfig{})
	register := func(name, events string) (int, string) {
		status, h, _ := rt.do("POST", "/2020-01-01/extension/register", strings.NewReader(`{"events":[`+events+`]}`), "Lambda-Extension-Name", name)
		return status, h.Get("Lambda-Extension-Identifier")
	}
	if status, _ := register("a", `"SHUTDOWN"`); status != 403 {
		t.Errorf("an internal extension got SHUTDOWN: %d", status)
	}
	status, id := register("a", `"INVOKE"`)
	if status != 200 {
		t.Fatalf("register: %d", status)
	}
	if status, _ := register("a", ``); status != 403 {
		t.Errorf("the name twice: %d", status)
	}

	result := invoke(t, fn, "1")
	got := make(chan string)
	go func() {
		_, _, id := rt.next()
		got <- id
	}()
	select {
	case <-got:
		t.Error("INIT was over before the extension asked for an event")
	case <-time.After(20 * time.Millisecond):
	}
	if status, _, event := rt.do("GET", "/2020-01-01/extension/event/next", nil, "Lambda-Extension-Identifier", id); status != 200 || !strings.Contains(event, `"eventType":"INVOKE"`) {
		t.Errorf("event: %d %s", status, event)
	}
	<-got
	if status, _, _ := rt.do("GET", "/2020-01-01/extension/event/next", nil, "Lambda-Extension-Identifier", "00000000-0000-4000-8000-000000000000"); status != 403 {
		t.Errorf("an unknown extension: %d", status)
	}
	fn.Shutdown()
	<-result
}

func TestSnapStart(t *testing.T) {
	restored := false
	_, rt := inProcess(t, lambda.FunctionConfig{SnapStart: true, Restore: func() { restored = true }})
	if status, _, _ := rt.do("GET", "/2018-06-01/runtime/restore/next", nil); status != 200 || !restored {
		t.Errorf("%d restored=%v", status, restored)
	}
	if status, _, _ := rt.do("GET", "/2018-06-01/runtime/restore/next", nil); status != 403 {
		t.Errorf("twice: %d", status)
	}
	status, _, body := rt.do("GET", "/2021-04-23/credentials", nil, "Authorization", "token-of-f")
	if status != 200 || !strings.Contains(body, `"AccessKeyId"`) {
		t.Errorf("credentials: %d %s", status, body)
	}
	if status, _, _ := rt.do("GET", "/2021-04-23/credentials", nil); status != 404 {
		t.Errorf("credentials without token: %d", status)
	}
}
