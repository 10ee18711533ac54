-- ?1 moment
DELETE FROM cache_marks WHERE at < ?1
