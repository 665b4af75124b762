package main

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/onevent/onevent/flow/webhook"
)

// secretsOf returns where secrets are: in Secrets Manager, where the variable NAME_ARN
// names one. Its version of today and the one before it both count, so one is
// replaced by putting another value. Without that variable a secret is in NAME itself,
// and in NAME_OLD.
func secretsOf(sdk aws.Config, getenv func(string) string) func(name string) []webhook.Secret {
	client := sync.OnceValue(func() *secretsmanager.Client { return secretsmanager.NewFromConfig(sdk) })
	return func(name string) []webhook.Secret {
		if arn := getenv(name + "_ARN"); arn != "" {
			return []webhook.Secret{staged(client(), arn, "AWSCURRENT"), staged(client(), arn, "AWSPREVIOUS")}
		}
		if getenv(name) == "" {
			return nil
		}
		return []webhook.Secret{webhook.Env(name), webhook.Env(name + "_OLD")}
	}
}

// staged returns a version of a secret; one that does not exist is not set.
func staged(client *secretsmanager.Client, arn, stage string) webhook.Secret {
	return webhook.Func(func(ctx context.Context) (string, error) {
		got, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: &stage})
		if isMissing(err) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return aws.ToString(got.SecretString), nil
	})
}

func isMissing(err error) bool {
	_, missing := errors.AsType[*types.ResourceNotFoundException](err)
	return missing
}
