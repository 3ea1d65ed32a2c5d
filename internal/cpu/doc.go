// Package cpu says which instructions this processor has. It knows those that this module's
// assembly is made of; where there is no assembly, on other architectures and with -tags=purego,
// it is empty.
package cpu
