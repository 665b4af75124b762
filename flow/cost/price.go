package cost

// A Price is what a unit of a service costs.
type Price struct {
	// Service and Unit are as the provider calls them.
	Service string `json:"service"`
	Unit    string `json:"unit"`
	// USD is for Per units, and Free how many are free each month, whoever is the
	// customer and for however long.
	USD  float64 `json:"usd"`
	Per  float64 `json:"per"`
	Free float64 `json:"free,omitzero"`
	// Source is where the provider says so.
	Source string `json:"source"`
}

// A Table is the prices of a platform in one region, as they were on a date.
type Table struct {
	Platform Platform `json:"platform"`
	Region   string   `json:"region"`
	Date     string   `json:"date"`
	Prices   []Price  `json:"prices"`
}

const (
	million = 1e6
	gib     = 1 << 30
	tib     = 1 << 40
	// monthHours is how long providers take a month to be.
	monthHours = 730
	// daily is how many times a month what is free each day is.
	daily = monthHours / 24.0
)

// Prices returns the prices of a platform. They are list prices without taxes and
// discounts.
func Prices(p Platform) Table {
	if p == AWS {
		return Table{Platform: AWS, Region: "us-east-1", Date: "2026-11-01", Prices: amazon()}
	}
	return Table{Platform: GCP, Region: "us-central1", Date: "2026-11-01", Prices: google()}
}

// find returns the price of a unit of a service. Which there are is written beside
// who asks: one that is missing is a mistake that every test shows.
func (t Table) find(service, unit string) Price {
	for _, p := range t.Prices {
		if p.Service == service && p.Unit == unit {
			return p
		}
	}
	panic("cost: " + string(t.Platform) + " has no price of " + service + ", " + unit)
}

const (
	firestore = "Firestore"
	pubsub    = "Pub/Sub"
	run       = "Cloud Run"
	monitor   = "Cloud Monitoring"
	scheduler = "Cloud Scheduler"
	secrets   = "Secret Manager"

	dynamo   = "DynamoDB"
	sns      = "SNS"
	sqs      = "SQS"
	lambda   = "Lambda"
	watch    = "CloudWatch"
	schedule = "EventBridge Scheduler"
	keeper   = "Secrets Manager"
)

func google() []Price {
	const (
		standard   = "https://cloud.google.com/firestore/pricing"
		enterprise = "https://cloud.google.com/firestore/enterprise/pricing"
		messages   = "https://cloud.google.com/pubsub/pricing"
		compute    = "https://cloud.google.com/run/pricing"
		alerts     = "https://cloud.google.com/monitoring/alerts/cost-control"
		jobs       = "https://cloud.google.com/scheduler/pricing"
		kept       = "https://cloud.google.com/secret-manager/pricing"
	)
	return []Price{
		{firestore, "document reads", 0.30, million, 50_000 * daily, standard},
		{firestore, "document writes", 0.90, million, 20_000 * daily, standard},
		{firestore, "document deletes", 0.10, million, 20_000 * daily, standard},
		{firestore, "read units (Enterprise)", 0.05, million, 50_000 * daily, enterprise},
		{firestore, "write units (Enterprise)", 0.26, million, 40_000 * daily, enterprise},
		{firestore, "stored GiB-months", 0.15, 1, 1, standard},
		{pubsub, "TiB published and delivered", 40, 1, 10.0 / 1024, messages},
		{run, "requests", 0.40, million, 2 * million, compute},
		{run, "vCPU-seconds", 24, million, 180_000, compute},
		{run, "GiB-seconds", 2.50, million, 360_000, compute},
		{monitor, "alert conditions", 1.50, 1, 0, alerts},
		{scheduler, "jobs", 0.10, 1, 3, jobs},
		{secrets, "versions", 0.06, 1, 6, kept},
	}
}

func amazon() []Price {
	const (
		database = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
		topics   = "https://aws.amazon.com/sns/pricing/"
		queues   = "https://aws.amazon.com/sqs/pricing/"
		compute  = "https://aws.amazon.com/lambda/pricing/"
		alarms   = "https://aws.amazon.com/cloudwatch/pricing/"
		jobs     = "https://aws.amazon.com/eventbridge/pricing/"
		kept     = "https://aws.amazon.com/secrets-manager/pricing/"
	)
	return []Price{
		{dynamo, "read request units", 0.125, million, 0, database},
		{dynamo, "write request units", 0.625, million, 0, database},
		{dynamo, "stored GB-months", 0.25, 1, 25, database},
		{dynamo, "GB-months of point-in-time recovery", 0.20, 1, 0, database},
		{sns, "publishes of 64 KB", 0.50, million, million, topics},
		{sqs, "requests of 64 KB", 0.40, million, million, queues},
		{lambda, "requests", 0.20, million, million, compute},
		{lambda, "GB-seconds (arm64)", 13.3334, million, 400_000, compute},
		{watch, "alarms", 0.10, 1, 10, alarms},
		{schedule, "invocations", 1, million, 14 * million, jobs},
		{keeper, "secrets", 0.40, 1, 0, kept},
	}
}
