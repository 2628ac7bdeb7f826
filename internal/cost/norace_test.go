//go:build !race

package cost

// slower is 1 without the race detector.
const slower = 1
