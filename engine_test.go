//go:build !purego

package reduction

const engine = "reduction"
