-- ?1 before
DELETE FROM error_writes WHERE at < ?1
