package project

import "time"

// RequestState is where an access request stands.
type RequestState string

// The states of an access request. The last three are ends.
const (
	RequestPending   RequestState = "PENDING"
	RequestApproved  RequestState = "APPROVED"
	RequestDeclined  RequestState = "DECLINED"
	RequestCancelled RequestState = "CANCELLED"
)

// AccessRequest is somebody's wish for a level in a project. What comes of it is
// a Grant.
type AccessRequest struct {
	ID          int64
	GuildID     string
	ProjectID   int64
	UserID      string
	MemberSince *time.Time
	Level       Level
	Life        time.Duration // 0: as the project has it
	Reason      string
	State       RequestState
	AskedIn     string // the channel
	ChannelID   string // where it is posted
	MessageID   string // empty until it is
	CreatedAt   time.Time
	DecidedBy   *string
	DecidedAt   *time.Time
	Decision    string // what was said with it
	GrantID     *int64
}
