package discordsim

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
)

// stream packs all payloads of a connection as one compressed stream; what pack
// returns is what a client needs to read this payload.
type stream interface{ pack(text []byte) []byte }

// newStream is the stream that a client asks for with "compress"; nil for none.
func newStream(compress string) stream {
	switch compress {
	case "zlib-stream":
		return newZlibStream()
	case "zstd-stream":
		return &zstdStream{}
	}
	return nil
}

// zlibStream ends each payload with a sync flush.
type zlibStream struct {
	out bytes.Buffer
	z   *zlib.Writer
}

func newZlibStream() *zlibStream {
	s := &zlibStream{}
	s.z = zlib.NewWriter(&s.out)
	return s
}

func (s *zlibStream) pack(text []byte) []byte {
	s.out.Reset()
	s.z.Write(text) //nolint:errcheck // into memory
	s.z.Flush()
	return bytes.Clone(s.out.Bytes())
}

// zstdStream is one Zstandard frame of raw blocks that never ends (RFC 8878,
// section 3.1.1): every client can read it, and on one machine there is nothing
// to win by compressing.
type zstdStream struct{ begun bool }

// zstdWindow is the size of a frame's window, and so the most a block may hold.
const zstdWindow = 128 << 10

func (s *zstdStream) pack(text []byte) []byte {
	var out []byte
	if !s.begun {
		s.begun = true
		out = append(out,
			0x28, 0xb5, 0x2f, 0xfd, // magic number
			0,    // descriptor: no size, no checksum, no dictionary
			7<<3, // window: 2 to the power of 10+7
		)
	}
	for len(text) > 0 {
		n := min(len(text), zstdWindow)
		header := binary.LittleEndian.AppendUint32(nil, uint32(n)<<3) // raw, not the last
		out = append(append(out, header[:3]...), text[:n]...)
		text = text[n:]
	}
	return out
}
