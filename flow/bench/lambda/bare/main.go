// Command bare is the least that a function on AWS can be: aws-lambda-go, clients of
// DynamoDB, SNS and SQS, and a function on a queue that reads an item, writes two and
// publishes one message. The start of Onevent's program is compared with its.
//
// Its environment is that of Lambda. AWS_ENDPOINT_URL names another AWS.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	f := function{items: dynamodb.NewFromConfig(sdk), topics: sns.NewFromConfig(sdk), queues: sqs.NewFromConfig(sdk)}
	lambda.StartWithOptions(f.batch, lambda.WithContext(ctx))
	return nil
}

type function struct {
	items  *dynamodb.Client
	topics *sns.Client
	queues *sqs.Client
}

// batch answers with the messages that failed, which come again after a second.
func (f function) batch(ctx context.Context, received events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, m := range received.Records {
		err := f.handle(ctx, m)
		if err == nil {
			continue
		}
		fmt.Fprintln(os.Stderr, "bare:", err)
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		if _, err := f.queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &m.EventSourceARN, ReceiptHandle: &m.ReceiptHandle, VisibilityTimeout: 1,
		}); err != nil {
			return response, err
		}
	}
	return response, nil
}

// handle does what handling an event costs, without meaning.
func (f function) handle(ctx context.Context, m events.SQSMessage) error {
	heads, log, topic := "bare-heads", "bare-log", "arn:aws:sns:us-east-1:123456789012:bare"
	key := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: m.MessageId}}
	if _, err := f.items.GetItem(ctx, &dynamodb.GetItemInput{TableName: &heads, Key: key, ConsistentRead: aws.Bool(true)}); err != nil {
		return err
	}
	item := map[string]types.AttributeValue{"id": key["id"], "body": &types.AttributeValueMemberB{Value: []byte(m.Body)}}
	if _, err := f.items.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &log, Item: item}}, {Put: &types.Put{TableName: &heads, Item: item}},
	}}); err != nil {
		return err
	}
	_, err := f.topics.PublishBatch(ctx, &sns.PublishBatchInput{
		TopicArn: &topic, PublishBatchRequestEntries: []snstypes.PublishBatchRequestEntry{{Id: aws.String("0"), Message: &m.Body}},
	})
	return err
}
