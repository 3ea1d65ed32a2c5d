package serve

import (
	"testing"

	"reduction/cmd/lab/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }
