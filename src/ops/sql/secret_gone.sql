-- ?1 name
DELETE FROM secrets WHERE name = ?1
