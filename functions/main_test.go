package functions_test

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Stories on the clouds wait for other processes, not for a core.
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		if err := p.Value.Set("16"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
