package aws

import (
	"context"
	"strconv"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// maxAnswers is how many answers SQS takes at once.
	maxAnswers = 10
	// gatherFor is how long answers wait for others to go with: the price of a call
	// is that of ten.
	gatherFor = 10 * time.Millisecond
	// answerWithin bounds a call. An answer that is lost costs a delivery.
	answerWithin = 10 * time.Second
)

// An answer is what becomes of a message: it is done, or comes again after a pause.
type answer struct {
	receipt string
	done    bool
	pause   time.Duration
}

// Answers tell SQS what became of messages, several at a time.
type answers struct {
	broker  *Broker
	url     string
	waiting chan answer
	telling sync.WaitGroup
}

func newAnswers(b *Broker, url string) *answers {
	a := &answers{broker: b, url: url, waiting: make(chan answer)}
	a.telling.Go(a.run)
	return a
}

func (a *answers) done(receipt string) { a.waiting <- answer{receipt: receipt, done: true} }

func (a *answers) later(receipt string, pause time.Duration) {
	a.waiting <- answer{receipt: receipt, pause: min(max(pause, 0), maxVisibility)}
}

// close returns when all answers are told. None may come any more.
func (a *answers) close() {
	close(a.waiting)
	a.telling.Wait()
}

func (a *answers) run() {
	for first := range a.waiting {
		some := []answer{first}
		full := time.NewTimer(gatherFor)
		for gathering := true; gathering && len(some) < maxAnswers; {
			select {
			case one, ok := <-a.waiting:
				if gathering = ok; ok {
					some = append(some, one)
				}
			case <-full.C:
				gathering = false
			}
		}
		full.Stop()
		a.tell(some)
	}
}

// tell makes one call for those that are done and one for the others. Whatever it
// fails to tell, SQS delivers again.
func (a *answers) tell(some []answer) {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	var deletes []types.DeleteMessageBatchRequestEntry
	var changes []types.ChangeMessageVisibilityBatchRequestEntry
	for i, one := range some {
		id := sdk.String(strconv.Itoa(i))
		if one.done {
			deletes = append(deletes, types.DeleteMessageBatchRequestEntry{Id: id, ReceiptHandle: &one.receipt})
			continue
		}
		changes = append(changes, types.ChangeMessageVisibilityBatchRequestEntry{Id: id, ReceiptHandle: &one.receipt, VisibilityTimeout: wholeSeconds(one.pause)})
	}
	if len(deletes) > 0 {
		a.broker.meter.Add(Usage{Requests: 1})
		_, _ = a.broker.queues.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &a.url, Entries: deletes})
	}
	if len(changes) > 0 {
		a.broker.meter.Add(Usage{Requests: 1})
		_, _ = a.broker.queues.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &a.url, Entries: changes})
	}
}
