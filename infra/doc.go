// Package infra holds the Terraform of both clouds, and what onevent infra write
// tells it of the application. There is no Go in it but its tests.
package infra
