package cost

import "time"

const (
	// lambdaStep is what Lambda rounds the time of an invocation up to, see
	// https://aws.amazon.com/lambda/pricing/.
	lambdaStep = time.Millisecond
	// pollFor is how long a poller of Lambda waits at a queue that is empty.
	pollFor = 20 * time.Second
	gb      = 1e9
)

func (c counter) ordersAWS() []quantity {
	u := c.m.Used
	stored := c.count(u.NewBytes) / gb
	invocations := c.count(c.m.Deliveries()) / c.a.Together
	_, edge := c.seconds(c.count(c.m.Requests), lambdaStep, 1, c.f.EdgeMiB)
	// Messages of a batch share the request; each takes its time.
	_, memory := c.seconds(c.count(c.m.Deliveries()), lambdaStep, 1, c.f.MemoryMiB)
	return []quantity{
		{dynamo, "read request units", c.scaled(u.ReadUnits)},
		{dynamo, "write request units", c.count(u.WriteUnits)},
		{dynamo, "stored GB-months", stored},
		{dynamo, "GB-months of point-in-time recovery", stored},
		{sns, "publishes of 64 KB", c.count(u.PublishUnits)},
		// A poll and a deletion for each batch. That SNS puts messages into queues
		// is free.
		{sqs, "requests of 64 KB", c.count(u.Requests) + 2*invocations},
		{lambda, "requests", c.count(c.m.Requests) + invocations},
		{lambda, "GB-seconds (arm64)", edge + memory},
	}
}

func (c counter) idleAWS() []quantity {
	_, memory := c.seconds(c.ticks(), lambdaStep, 1, c.f.EdgeMiB)
	polls := monthHours * float64(time.Hour) / float64(pollFor)
	return []quantity{
		{dynamo, "read request units", c.m.Idle.ReadUnits * c.ticks()},
		{dynamo, "write request units", float64(c.m.Idle.WriteUnits) * c.ticks()},
		{sqs, "requests of 64 KB", polls * float64(c.f.Queues*c.a.Pollers)},
		{lambda, "requests", c.ticks()},
		{lambda, "GB-seconds (arm64)", memory},
		{schedule, "invocations", c.ticks()},
		{keeper, "secrets", float64(c.f.Secrets)},
		{watch, "alarms", float64(c.f.Alarms)},
	}
}
