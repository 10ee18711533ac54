DELETE FROM reading_shares WHERE expires_at < ?
