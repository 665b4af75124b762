package flowtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
)

// A golden is one version of an event as the log holds it, and what it is today.
type golden struct {
	Type    string          `json:"type"`
	Version int             `json:"version"`
	Stored  json.RawMessage `json:"stored"`
	Today   []goldenEvent   `json:"today"`
}

type goldenEvent struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Versions holds every version of every event readable for ever. The folder has
// one file for each, TYPE.vN.json: how it is stored, and what it is today. The
// test fails if a file is missing, if what it holds is read in another way than
// before, or loses a field. With o.Update it adds the files of new events and new
// versions, and accepts what old ones are today; how they are stored is never
// changed: edit the sample of a new version by hand, to be a good one.
func Versions(t *testing.T, c flow.Catalogue, dir string, o Options) {
	t.Helper()
	types := map[string]reflect.Type{}
	for _, old := range c.OldVersions() {
		types[fileOf(old.Type, old.Version)] = reflect.TypeOf(old.Zero)
		checkGolden(t, o, c, dir, old.Type, old.Version, reflect.TypeOf(old.Zero))
	}
	for _, typ := range c.Types() {
		version := c.Version(typ)
		events, err := c.Today(typ, version, []byte("{}"))
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		types[fileOf(typ, version)] = reflect.TypeOf(events[0])
		checkGolden(t, o, c, dir, typ, version, reflect.TypeOf(events[0]))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if types[filepath.Base(file)] == nil {
			t.Errorf("%s: the log may hold such an event, and the catalogue does not declare it any more", file)
		}
	}
}

func fileOf(typ string, version int) string { return fmt.Sprintf("%s.v%d.json", typ, version) }

func checkGolden(t *testing.T, o Options, c flow.Catalogue, dir, typ string, version int, of reflect.Type) {
	t.Helper()
	file := filepath.Join(dir, fileOf(typ, version))
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && o.Update {
		data, err = sampleFile(typ, version, of)
	}
	if err != nil {
		t.Errorf("%v (run with -update to add it)", err)
		return
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if lost := lostFields(g.Stored, of); lost != "" {
		t.Errorf("%s: %s: %v loses what is stored; declare the version as an old one and add a new version", file, lost, of)
	}
	today, err := todayOf(c, typ, version, g.Stored)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if o.Update {
		g.Today = today
		writeGolden(t, file, g)
		return
	}
	want, wantErr := json.Marshal(g.Today)
	got, gotErr := json.Marshal(today)
	if wantErr != nil || gotErr != nil || compacted(got) != compacted(want) {
		t.Errorf("%s: it is\n  %s\ntoday, and was\n  %s", file, got, want)
	}
}

// lostFields returns the stored JSON as it is after a round through a type, if it
// is not the same.
func lostFields(stored []byte, of reflect.Type) string {
	p := reflect.New(of)
	if err := json.Unmarshal(stored, p.Interface()); err != nil {
		return err.Error()
	}
	again, err := json.Marshal(p.Elem().Interface())
	if err != nil {
		return err.Error()
	}
	var a, b any
	if json.Unmarshal(stored, &a) == nil && json.Unmarshal(again, &b) == nil && reflect.DeepEqual(a, b) {
		return ""
	}
	return string(again)
}

func todayOf(c flow.Catalogue, typ string, version int, stored []byte) ([]goldenEvent, error) {
	events, err := c.Today(typ, version, stored)
	if err != nil {
		return nil, err
	}
	today := make([]goldenEvent, len(events))
	for i, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		today[i] = goldenEvent{Type: e.Type(), Data: data}
	}
	return today, nil
}

func compacted(data []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return string(data)
	}
	return b.String()
}

func sampleFile(typ string, version int, of reflect.Type) ([]byte, error) {
	stored, err := json.Marshal(sample(of).Interface())
	if err != nil {
		return nil, err
	}
	return json.Marshal(golden{Type: typ, Version: version, Stored: stored})
}

// sample returns a value of a type with something in every field.
func sample(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() { //nolint:exhaustive // the other kinds are not in events
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Slice:
		v.Set(reflect.Append(v, sample(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(sample(t.Key()), sample(t.Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(sample(t.Elem()))
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)))
			return v
		}
		for f := range t.Fields() {
			if f.IsExported() && f.Type != reflect.TypeFor[flow.Deadline]() {
				v.FieldByIndex(f.Index).Set(sample(f.Type))
			}
		}
	}
	return v
}

func writeGolden(t *testing.T, file string, g golden) {
	t.Helper()
	data, err := json.MarshalIndent(g, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o750)
	}
	if err == nil {
		err = os.WriteFile(file, append(data, '\n'), 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}
