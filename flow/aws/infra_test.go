package aws_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions"
)

// What Terraform makes is what the store reads: its tables, their keys and indexes.
func TestTerraformIsToldOfTheTables(t *testing.T) {
	t.Parallel()
	described, err := infra.Describe(functions.App(functions.Settings{}), infra.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := aws.Tables("p")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]infra.Table{}
	for _, table := range tables {
		name := strings.TrimPrefix(table.Name, "p-")
		got[name] = describedAs(table, described.DynamoDB[name].Keeps)
	}
	if !reflect.DeepEqual(got, described.DynamoDB) {
		t.Fatalf("the store has %+v, described are %+v", got, described.DynamoDB)
	}
}

func describedAs(t aws.Table, keeps bool) infra.Table {
	d := infra.Table{Hash: infra.Attribute(t.Hash), Indexes: []infra.TableIndex{}, Keeps: keeps}
	if t.Range != (aws.Key{}) {
		key := infra.Attribute(t.Range)
		d.Range = &key
	}
	if t.Expires != "" {
		d.Expires = &t.Expires
	}
	for _, i := range t.Indexes {
		d.Indexes = append(d.Indexes, infra.TableIndex{Name: i.Name, Hash: infra.Attribute(i.Hash), Range: infra.Attribute(i.Range)})
	}
	return d
}
