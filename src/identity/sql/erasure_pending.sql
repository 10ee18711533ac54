SELECT user_id FROM erasures WHERE completed_at IS NULL AND requested_at > 0 ORDER BY requested_at LIMIT 10
