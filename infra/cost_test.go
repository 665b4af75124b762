package infra_test

import (
	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/functions/deploy"
)

// priced holds that as many alarms are reckoned with in the bill as there are.
func (p *policy) priced() {
	if planned, priced := len(p.of("aws_cloudwatch_metric_alarm")), deploy.Fixed(p.d, cost.AWS).Alarms; planned != priced {
		p.Errorf("there are %d alarms, the bill has %d", planned, priced)
	}
}
