package access

import "fmt"

// The environment variables of FromEnv.
const (
	// EnvIssuer and EnvAudience are OIDC.URL and OIDC.Audience.
	EnvIssuer   = "ONEVENT_OIDC_ISSUER"
	EnvAudience = "ONEVENT_OIDC_AUDIENCE"
	// EnvRoles is OIDC.RolesClaim.
	EnvRoles = "ONEVENT_OIDC_ROLES"
	// EnvAccess is "proxy" where somebody in front of the edge lets in only who may
	// do everything.
	EnvAccess = "ONEVENT_ACCESS"

	proxyMode = "proxy"
)

// FromEnv returns the access that the environment asks for, with a policy: tokens of
// an issuer, or a proxy that checks them, or neither, which is open. It is an error
// if it asks for both, or for half.
func FromEnv(getenv func(string) string, policy Policy) (Access, error) {
	a := Access{Policy: policy}
	switch mode := getenv(EnvAccess); mode {
	case "":
	case proxyMode:
		a.Proxy = true
	default:
		return Access{}, fmt.Errorf("access: %s=%q is not known; %s is", EnvAccess, mode, proxyMode)
	}
	issuer, audience := getenv(EnvIssuer), getenv(EnvAudience)
	if issuer == "" && audience == "" {
		return a, nil
	}
	if issuer == "" || audience == "" {
		return Access{}, fmt.Errorf("access: %s and %s go together", EnvIssuer, EnvAudience)
	}
	i, err := NewIssuer(OIDC{URL: issuer, Audience: audience, RolesClaim: getenv(EnvRoles)})
	if err != nil {
		return Access{}, err
	}
	a.Issuers = []*Issuer{i}
	return a, a.CheckIssuers()
}
