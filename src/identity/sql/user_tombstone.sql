-- Leaves nothing of an account but its id. ?1 user, ?2 a hash that no password opens, ?3 now
UPDATE users
SET email = 'deleted:' || id, email_key = 'deleted:' || id, email_verified_at = NULL, password_hash = ?2, password_set = 0,
    status = 'deleted', role = 'user', tier = 'free', last_activity_at = NULL, epoch = epoch + 1, updated_at = ?3,
    version = version + 1
WHERE id = ?1 AND status <> 'deleted'
