SELECT id FROM readings WHERE id = ? AND user_id = ? AND deleted_at IS NULL
