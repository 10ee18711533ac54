-- Makes the account of an address an administrator, if it is active and is none yet. Event and record come first, under
-- the change's own condition: the batch is one transaction. Read by scripts/admin.mjs, which fills in what stands in
-- braces; a test carries it out.
INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, before, after, request_id, created_at)
SELECT '{event}', id, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE events.user_id = users.id),
       'user.standing_changed', 'user', id, 'operator', 'user:' || id,
       json_object('tier', tier, 'role', role, 'status', status),
       json_object('tier', tier, 'role', 'admin', 'status', status), '{request}', {now}
FROM users WHERE email_key = '{email}' AND status = 'active' AND role <> 'admin';

INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal)
SELECT '{record}', {now}, 'user.standing_changed', 'done', 'operator', 'user', id, id, 'console', '{request}',
       json_object('before', json_object('role', role), 'after', json_object('role', 'admin'))
FROM users WHERE email_key = '{email}' AND status = 'active' AND role <> 'admin';

UPDATE users SET role = 'admin', epoch = epoch + 1, updated_at = {now}, version = version + 1
WHERE email_key = '{email}' AND status = 'active' AND role <> 'admin';

SELECT email, role, status FROM users WHERE email_key = '{email}';
