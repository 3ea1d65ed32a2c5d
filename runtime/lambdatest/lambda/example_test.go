package lambda_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/lambda"
)

// A runtime in the test's own process: it asks the function's Runtime API for an event and
// answers it.
func ExampleFunction() {
	s := lambdatest.NewServer()
	defer s.Close()
	fn := s.Lambda.CreateFunction(lambda.FunctionConfig{Name: "echo"})

	go func() {
		api := "http://" + fn.RuntimeAPI + "/2018-06-01/runtime/invocation/"
		event, err := http.Get(api + "next")
		if err != nil {
			return
		}
		id := event.Header.Get("Lambda-Runtime-Aws-Request-Id")
		answer, err := http.Post(api+id+"/response", "application/json", event.Body)
		if err != nil {
			return
		}
		io.Copy(io.Discard, answer.Body)
	}()

	res, err := fn.Invoke(context.Background(), []byte(`"hello"`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, function error %q\n", res.Payload, res.FunctionError)
	// Output: "hello", function error ""
}
