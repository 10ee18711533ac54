DELETE FROM reading_shares WHERE id = ? AND reading_id = ? AND user_id = ?
