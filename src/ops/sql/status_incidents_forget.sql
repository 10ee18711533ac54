-- ?1 before
DELETE FROM status_incidents WHERE began_at < ?1 AND ended_at IS NOT NULL
