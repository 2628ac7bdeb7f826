//go:build race

package cost

// slower is how many times as long the race detector makes what is timed by its end
// alone: tests of size take as much less.
const slower = 2
