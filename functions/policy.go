package functions

import "github.com/onevent/onevent/flow/access"

// Policy says who may do what: for each role in a token, which commands, views and
// operations it allows. `onevent policy` prints it as a table, and so does
// testdata/policy.md.
//
// A role allows all documents of a view and all streams of a command, so roles are
// for programs and for staff. What one consumer may see of his own is for the shop
// to know, who sends in his name.
func Policy(s Settings) access.Policy {
	policy := access.Policy{
		{
			Role:        "shop",
			Commands:    []string{"consumer.register", "order.place", "order.cancel"},
			Views:       []string{"order-summary", "consumer-orders", "account"},
			Impersonate: true,
		},
		{
			Role:     "restaurant",
			Commands: []string{"ticket.accept", "ticket.reject", "ticket.finish"},
			Views:    []string{"kitchen-board"},
		},
		{
			Role:     "courier",
			Commands: []string{"delivery.pick_up", "delivery.deliver"},
		},
		{
			Role:     "accountant",
			Commands: []string{"credit.set_limit"},
			Views:    []string{"account", "revenue"},
			History:  true,
		},
		{
			Role:       "operator",
			Views:      []string{access.All},
			Operations: []string{access.All},
			History:    true,
			Catalogue:  true,
		},
		{
			Role:       "auditor",
			Operations: []string{access.Audit, access.Redecide},
			History:    true,
			Catalogue:  true,
		},
	}
	if s.Hooks != nil {
		policy = append(policy, access.Rule{
			Role:       "integrator",
			Commands:   []string{"hook.register", "hook.rotate", "hook.enable", "hook.disable", "hook.ping"},
			Views:      []string{"hooks"},
			Operations: []string{access.Hooks},
			Catalogue:  true,
		})
	}
	return policy
}
