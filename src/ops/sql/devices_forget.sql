-- ?1 those deleted before
DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE deleted_at < ?1 ORDER BY deleted_at LIMIT 200)
