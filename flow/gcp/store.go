package gcp

import (
	"context"
	"fmt"
	"os"

	firestore "cloud.google.com/go/firestore/apiv1"
	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
)

const (
	// maxRequest and maxDocument are Firestore's limits in bytes, see
	// https://cloud.google.com/firestore/quotas#limits.
	maxRequest  = 10 << 20
	maxDocument = 1 << 20
)

// StoreOptions say which Firestore database to use, and how.
type StoreOptions struct {
	// Project is the Google Cloud project. It must be set.
	Project string
	// Database is the database; empty means "(default)".
	Database string
	// Prefix begins the names of all collections, so that several applications
	// can share a database: empty, or a letter and up to 31 of [a-z0-9-].
	Prefix string
	// Emulator is the address of an emulator, as in "127.0.0.1:8080". Empty
	// means the one that FIRESTORE_EMULATOR_HOST names, and without one Google.
	Emulator string
	// Client are further options of the client; they win over those above.
	Client []option.ClientOption
}

// A Store is a log, views and an agenda in one Firestore database:
//
//	events/{id}           one document for each record
//	parts/{id}-{n}        what of a record is beyond one document
//	streams/{stream}      the head of each stream
//	views-{view}/{key}    the documents of a view
//	marks-{view}/{mark}   the marks of a view
//	outbox, deadlines, retries, parked   the lists of the agenda
//
// Its methods may be called concurrently.
type Store struct {
	client   *firestore.Client
	database string
	prefix   string
	meter    usage.Meter

	listeners listeners
}

// OpenStore opens a store. It does not wait for the database: the first call
// does.
func OpenStore(ctx context.Context, o StoreOptions) (*Store, error) {
	if err := checkPlace(o.Project, o.Prefix); err != nil {
		return nil, err
	}
	if o.Database == "" {
		o.Database = "(default)"
	}
	if o.Emulator == "" {
		o.Emulator = os.Getenv("FIRESTORE_EMULATOR_HOST")
	}
	var options []option.ClientOption
	if o.Emulator != "" {
		conn, err := grpc.NewClient("passthrough:///"+o.Emulator,
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithPerRPCCredentials(owner{}))
		if err != nil {
			return nil, fmt.Errorf("gcp: emulator %s: %w", o.Emulator, err)
		}
		options = append(options, option.WithGRPCConn(conn))
	}
	client, err := firestore.NewClient(ctx, append(options, o.Client...)...)
	if err != nil {
		return nil, fmt.Errorf("gcp: open store: %w", err)
	}
	// Nothing is tried again here, neither reads nor, above all, a commit whose
	// answer was lost: it would find its own document and report a conflict.
	client.CallOptions = &firestore.CallOptions{}
	s := &Store{client: client, database: "projects/" + o.Project + "/databases/" + o.Database, prefix: o.Prefix}
	s.listeners.room(o.Emulator != "")
	return s, nil
}

// owner are credentials with which the emulator applies no security rules.
type owner struct{}

// GetRequestMetadata returns the emulator's word for an administrator.
func (owner) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer owner"}, nil
}

// RequireTransportSecurity says that the emulator has none.
func (owner) RequireTransportSecurity() bool { return false }

// Log returns the store as a log.
func (s *Store) Log() driver.Log { return eventLog{s} }

// Views returns the store as views.
func (s *Store) Views() driver.Views { return views{s} }

// Agenda returns the store as an agenda.
func (s *Store) Agenda() driver.Agenda { return agenda{s} }

// Usage returns what was used since the store was opened.
func (s *Store) Usage() Usage { return s.meter.Usage() }

// Close closes the connections. Calls that are under way fail, and it is open
// what they did.
func (s *Store) Close() error {
	if err := s.client.Close(); err != nil {
		return fmt.Errorf("gcp: close store: %w", err)
	}
	return nil
}

func (s *Store) parent() string { return s.database + "/documents" }

// name returns the full name of a document.
func (s *Store) name(collection, id string) string {
	return s.parent() + "/" + s.prefix + collection + "/" + id
}

// get returns a document, or nil where there is none.
func (s *Store) get(ctx context.Context, what, name string) (*pb.Document, error) {
	found, err := s.getAll(ctx, what, []string{name})
	return found[name], err
}

// commit makes all writes or none. It returns ErrConflict where a precondition
// did not hold.
func (s *Store) commit(ctx context.Context, what string, writes ...*pb.Write) error {
	request := &pb.CommitRequest{Database: s.database, Writes: writes}
	if size := proto.Size(request); size > maxRequest {
		return fmt.Errorf("gcp: %s: a request of %d bytes, the limit is %d: %w", what, size, maxRequest, driver.ErrTooLarge)
	}
	for _, w := range writes {
		if size := proto.Size(w.GetUpdate()); size > maxDocument {
			return fmt.Errorf("gcp: %s: a document of %d bytes, the limit is %d: %w", what, size, maxDocument, driver.ErrTooLarge)
		}
	}
	if _, err := s.client.Commit(ctx, request); err != nil {
		if isConflict(err, writes) {
			s.meter.Add(Usage{Conflicts: 1})
			return fmt.Errorf("gcp: %s: %w", what, driver.ErrConflict)
		}
		return failed(ctx, what, err)
	}
	for _, w := range writes {
		s.meter.Add(s.wrote(w))
	}
	return nil
}

// isConflict says whether Firestore refused a commit because a precondition did
// not hold. ABORTED is one too: another commit held the same documents, nothing
// of this one was written, and what the precondition says is about to change.
func isConflict(err error, writes []*pb.Write) bool {
	creates, replaces := false, false
	for _, w := range writes {
		switch w.GetCurrentDocument().GetConditionType().(type) {
		case *pb.Precondition_Exists:
			creates = true
		case *pb.Precondition_UpdateTime:
			replaces = true
		}
	}
	switch status.Code(err) {
	case codes.AlreadyExists:
		return creates
	case codes.FailedPrecondition, codes.NotFound:
		return replaces
	case codes.Aborted:
		return creates || replaces
	default:
		return false
	}
}
