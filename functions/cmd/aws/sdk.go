package main

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var (
	errNoRegion      = errors.New("AWS_REGION is not set; on Lambda it is")
	errNoCredentials = errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; on Lambda they are")
)

// sdkOf returns the SDK's configuration as the environment of a Lambda function has
// it. The SDK's own loader knows files, profiles and single sign-on too, none of which
// Lambda has, and each start would pay a tenth more for them.
//
// The credentials are those of the instance, which has them for all its life.
func sdkOf(getenv func(string) string) (aws.Config, error) {
	key := aws.Credentials{
		AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
	}
	c := aws.Config{
		Region:        getenv("AWS_REGION"),
		Credentials:   aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil }),
		ConfigSources: []any{variables{getenv}},
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" {
		c.BaseEndpoint = &url
	}
	switch {
	case c.Region == "":
		return c, errNoRegion
	case !key.HasKeys():
		return c, errNoCredentials
	}
	return c, nil
}

// variables tell the SDK which endpoints of AWS to use.
type variables struct{ getenv func(string) string }

// GetServiceBaseEndpoint is what the SDK asks for: AWS_ENDPOINT_URL_SNS is where SNS is.
//
//nolint:unparam // the SDK says what is returned
func (v variables) GetServiceBaseEndpoint(_ context.Context, sdkID string) (url string, found bool, err error) {
	url = v.getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_")))
	return url, url != "", nil
}

// GetUseFIPSEndpoint is what the SDK asks for.
//
//nolint:unparam // the SDK says what is returned
func (v variables) GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error) {
	if v.getenv("AWS_USE_FIPS_ENDPOINT") == "true" {
		return aws.FIPSEndpointStateEnabled, true, nil
	}
	return aws.FIPSEndpointStateUnset, false, nil
}

// GetUseDualStackEndpoint is what the SDK asks for.
//
//nolint:unparam // the SDK says what is returned
func (v variables) GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error) {
	if v.getenv("AWS_USE_DUALSTACK_ENDPOINT") == "true" {
		return aws.DualStackEndpointStateEnabled, true, nil
	}
	return aws.DualStackEndpointStateUnset, false, nil
}
