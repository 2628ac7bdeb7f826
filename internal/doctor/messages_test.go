package doctor

import "testing"

// Messages that did not reach Discord are told, each kind with what to do.
func TestMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withDatabase()
	w.examine().want(fine, "messages", "all that was owed to Discord was posted")
	post := func(lane, set string) {
		w.exec(`insert into outbox (guild_id, lane, kind, mention_users, mention_roles, nonce, created_at, not_before, attempts, last_error, user_id)
			values ('1', '` + lane + `', 'alarm', '{}', '{}', '` + lane + `', now(), now() - interval '1 minute', 0, '', '')`)
		w.exec("update outbox set " + set + " where lane = '" + lane + "'")
	}
	post("sent", "sent_at = now()")
	post("soon", "attempts = 0")
	post("later", "not_before = now() + interval '1 day'")
	post("long ago", "dead_at = now() - interval '8 days'")
	w.examine().want(fine, "messages", "all that was owed")

	post("dead", "dead_at = now() - interval '2 days', last_error = 'an older reason'")
	post("newest", "dead_at = now() - interval '1 day', last_error = 'Unknown Channel'")
	post("stuck", "not_before = now() - interval '1 hour'")
	w.exec("insert into shut_channels (channel_id, guild_id, parent_id, since, next_try, reason) values ('1042', '1', '', now(), now(), 'Missing Access')")
	f := w.examine()
	f.want(warning, "messages", "2 messages given up in the last 7 days", "Unknown Channel")
	f.want(warning, "messages", "nothing is posted to channels that are deleted, or closed to the bot: 1042", "--channel")
	f.want(warning, "messages", "1 message due since")
}
