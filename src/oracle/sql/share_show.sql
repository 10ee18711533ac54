SELECT s.token_hash, s.expires_at, r.engine, r.engine_version, r.title, r.summary, r.result
FROM reading_shares AS s JOIN readings AS r ON r.id = s.reading_id
WHERE s.token_hash = ? AND changes() = 1
