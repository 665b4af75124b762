package gcp

import (
	"time"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

type fields = map[string]*pb.Value

func text(s string) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_StringValue{StringValue: s}}
}

func raw(b []byte) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_BytesValue{BytesValue: b}}
}

func flag(b bool) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_BooleanValue{BooleanValue: b}}
}

func double(f float64) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_DoubleValue{DoubleValue: f}}
}

func reference(name string) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_ReferenceValue{ReferenceValue: name}}
}

func nested(f fields) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_MapValue{MapValue: &pb.MapValue{Fields: f}}}
}

func number[N ~int | ~int64 | ~uint64](n N) *pb.Value {
	return &pb.Value{ValueType: &pb.Value_IntegerValue{IntegerValue: int64(n)}}
}

// unsigned returns what number made of an unsigned integer.
func unsigned(v *pb.Value) uint64 { return uint64(v.GetIntegerValue()) } //nolint:gosec // all 64 bits come back

// bytesOf returns the field's bytes; nil where there are none, so that what was
// nil is nil again.
func bytesOf(v *pb.Value) []byte {
	if b := v.GetBytesValue(); len(b) > 0 {
		return b
	}
	return nil
}

// versionOf returns a document's version: the time of its last change, which
// Firestore keeps to the microsecond and never gives a document twice.
func versionOf(d *pb.Document) string {
	return d.GetUpdateTime().AsTime().Format(time.RFC3339Nano)
}

// condition returns the precondition that a document has a version, or, for the
// empty version, does not exist; nil for a version that no document can have.
func condition(version string) *pb.Precondition {
	if version == "" {
		return &pb.Precondition{ConditionType: &pb.Precondition_Exists{Exists: false}}
	}
	t, err := time.Parse(time.RFC3339Nano, version)
	if err != nil {
		return nil
	}
	return &pb.Precondition{ConditionType: &pb.Precondition_UpdateTime{UpdateTime: timestamppb.New(t)}}
}

func update(name string, f fields, p *pb.Precondition) *pb.Write {
	return &pb.Write{
		Operation:       &pb.Write_Update{Update: &pb.Document{Name: name, Fields: f}},
		CurrentDocument: p,
	}
}

func remove(name string) *pb.Write {
	return &pb.Write{Operation: &pb.Write_Delete{Delete: name}}
}
