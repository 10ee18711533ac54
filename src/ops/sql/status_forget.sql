-- ?1 before
DELETE FROM status_samples WHERE at < ?1
