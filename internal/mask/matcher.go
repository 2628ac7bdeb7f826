package mask

// matcher finds many patterns in one pass over a text, as Aho and Corasick
// described it: a trie of the patterns, in which each node knows where to go on
// when what comes next is not in it.
type matcher struct {
	nodes []node
	root  [256]int32 // the children of node 0, which is where most steps go
}

// node is a place in the trie. Its children are a list, as beyond the root
// nearly every node has one.
type node struct {
	child, sibling int32
	suffix         int32 // the node of the longest proper suffix that is in the trie
	length         int32 // of the longest pattern that ends here; 0: none does
	depth          int32
	char           byte
}

// newMatcher returns the matcher of non-empty patterns.
func newMatcher(patterns map[string]bool) *matcher {
	m := &matcher{nodes: make([]node, 1)}
	for p := range patterns {
		m.insert(p)
	}
	m.link()
	return m
}

func (m *matcher) insert(pattern string) {
	at := int32(0)
	for i := range len(pattern) {
		c := pattern[i]
		next := m.step(at, c)
		if next == 0 {
			next = int32(len(m.nodes))
			m.nodes = append(m.nodes, node{char: c, depth: m.nodes[at].depth + 1, sibling: m.nodes[at].child})
			m.nodes[at].child = next
			if at == 0 {
				m.root[c] = next
			}
		}
		at = next
	}
	m.nodes[at].length = int32(len(pattern))
}

// step is the child of a node; 0 where there is none.
func (m *matcher) step(at int32, c byte) int32 {
	if at == 0 {
		return m.root[c]
	}
	for n := m.nodes[at].child; n != 0; n = m.nodes[n].sibling {
		if m.nodes[n].char == c {
			return n
		}
	}
	return 0
}

// link finds each node's suffix, the nodes nearest to the root first.
func (m *matcher) link() {
	queue := make([]int32, 0, len(m.nodes))
	for n := m.nodes[0].child; n != 0; n = m.nodes[n].sibling {
		queue = append(queue, n)
	}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		for n := m.nodes[at].child; n != 0; n = m.nodes[n].sibling {
			suffix := m.next(m.nodes[at].suffix, m.nodes[n].char)
			m.nodes[n].suffix = suffix
			if m.nodes[n].length == 0 {
				m.nodes[n].length = m.nodes[suffix].length
			}
			queue = append(queue, n)
		}
	}
}

// next is where a character leads, by way of suffixes.
func (m *matcher) next(at int32, c byte) int32 {
	for {
		if n := m.step(at, c); n != 0 || at == 0 {
			return n
		}
		at = m.nodes[at].suffix
	}
}

// find appends where patterns stand in a text: at each end the longest. Ends
// ascend, and what goes on with the last found is added to it.
func (m *matcher) find(text string, found []span) []span {
	at, own := int32(0), len(found)
	for i := range len(text) {
		at = m.next(at, text[i])
		length := int(m.nodes[at].length)
		if length == 0 {
			continue
		}
		s := span{i + 1 - length, i + 1}
		for len(found) > own && found[len(found)-1].start >= s.start {
			found = found[:len(found)-1]
		}
		if len(found) > own && found[len(found)-1].end >= s.start {
			found[len(found)-1].end = s.end
		} else {
			found = append(found, s)
		}
	}
	return found
}

// begun is how many bytes at the end of a text are the beginning of a pattern.
func (m *matcher) begun(text string) int {
	at := int32(0)
	for i := range len(text) {
		at = m.next(at, text[i])
	}
	return int(m.nodes[at].depth)
}
