-- Notes that somebody is told of a stage, once. ?1 name, ?2 stage, ?3 now
UPDATE secrets SET stage = ?2, updated_at = ?3 WHERE name = ?1 AND stage < ?2
