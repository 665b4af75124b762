// Package scripts has tests of the scripts in this folder. It is no part of any
// program.
package scripts
