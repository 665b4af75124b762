package recovery_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

// TestPubSubIsKilled loses all of Pub/Sub in the middle of a run: messages,
// subscriptions and topics. What was under way is in the log, and is published
// again when there are subscriptions again.
func TestPubSubIsKilled(t *testing.T) {
	t.Parallel()
	e := needOwn(t, emulators.PubSub)
	r := newRig(t, e)
	r.serve(r.setup)
	r.register()
	r.place(1, 4)
	must(t, e.Kill(emulators.PubSub))
	r.place(5, 8) // nobody hears of them
	must(t, e.Restart(t.Context(), emulators.PubSub))
	r.place(9, 12) // nor of these: there is no topic
	r.declare()
	r.place(13, 16)
	r.finished(16)
	if r.nudges() == 0 {
		t.Error("no event was published again")
	}
	t.Logf("Pub/Sub killed: 1, orders 16 completed, events published again %d, lost 0", r.nudges())
}

// TestEverySubscriptionIsSoughtToNow deletes every message that waits, with Pub/Sub's
// own means.
func TestEverySubscriptionIsSoughtToNow(t *testing.T) {
	t.Parallel()
	r := newRig(t, needShared(t))
	r.serve(r.setup)
	r.register()
	r.place(1, 5)
	r.balancer.drop(true) // so that messages wait
	r.place(6, 13)
	n := r.seek()
	r.balancer.drop(false)
	r.place(14, 16)
	r.finished(16)
	if r.nudges() == 0 {
		t.Error("no event was published again")
	}
	t.Logf("subscriptions sought to now: %d, orders 16 completed, events published again %d, lost 0", n, r.nudges())
}

// seek moves every subscription of the rig to the present, and returns how many
// there are.
func (r *rig) seek() (n int) {
	r.Helper()
	conn, err := grpc.NewClient("passthrough:///"+r.setup.PubSub, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		r.Fatal(err)
	}
	client, err := pubsub.NewClient(r.Context(), r.setup.Project, option.WithGRPCConn(conn), option.WithTelemetryDisabled())
	if err != nil {
		r.Fatal(err)
	}
	defer client.Close()
	project := "projects/" + r.setup.Project
	for s, err := range client.SubscriptionAdminClient.ListSubscriptions(r.Context(), &pubsubpb.ListSubscriptionsRequest{Project: project, PageSize: 1000}).All() {
		if err != nil {
			r.Fatal(err)
		}
		if !strings.HasPrefix(s.GetName(), project+"/subscriptions/"+r.setup.Prefix) {
			continue
		}
		n++
		_, err := client.SubscriptionAdminClient.Seek(r.Context(), &pubsubpb.SeekRequest{
			Subscription: s.GetName(), Target: &pubsubpb.SeekRequest_Time{Time: timestamppb.New(time.Now())},
		})
		if err != nil {
			r.Fatalf("seek %s: %v", s.GetName(), err)
		}
	}
	if n == 0 {
		r.Fatal("no subscription")
	}
	return n
}

// TestFirestoreStopsAndIsKilled has the log hang for seconds under load, and then
// killed and restored from a backup that was made when nobody wrote.
func TestFirestoreStopsAndIsKilled(t *testing.T) {
	t.Parallel()
	e := needOwn(t, emulators.Firestore)
	r := newRig(t, e)
	r.serve(r.setup)
	r.register()
	r.place(1, 4)

	must(t, e.Pause(emulators.Firestore))
	placed := make(chan struct{})
	go func() {
		defer close(placed)
		r.place(5, 8)
	}()
	select { // as long as clients must wait, they wait
	case <-placed:
		t.Error("orders were placed without a log")
	case <-time.After(3 * time.Second):
	}
	must(t, e.Resume(emulators.Firestore))
	<-placed

	r.balancer.gate.Lock() // what is at work ends
	r.ticking.Lock()
	backup := r.export(e.Firestore)
	must(t, e.Kill(emulators.Firestore))
	r.balancer.gate.Unlock()
	r.ticking.Unlock()
	placed = make(chan struct{})
	go func() {
		defer close(placed)
		r.place(9, 12)
	}()
	must(t, e.Restart(t.Context(), emulators.Firestore, "--seed_from_export="+backup))
	<-placed
	r.finished(12)
	t.Logf("Firestore stopped and killed: 1, orders 12 completed, lost 0")
}

// export has Firestore write all it has to a file.
func (r *rig) export(address string) (file string) {
	r.Helper()
	folder := r.TempDir()
	body, err := json.Marshal(map[string]string{
		"database": "projects/" + r.setup.Project + "/databases/(default)", "export_directory": folder, "export_name": "backup",
	})
	if err != nil {
		r.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+address+"/emulator/v1/projects/"+r.setup.Project+":export", bytes.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer owner")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		r.Fatalf("export: %d %s, %v", response.StatusCode, answer, err)
	}
	return filepath.Join(folder, "backup", "backup.overall_export_metadata")
}

func must(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, emulators.ErrNotOurs) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
