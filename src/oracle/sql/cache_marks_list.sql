-- The newest first. ?1 after this moment, ?2 how many
SELECT tag, at FROM cache_marks WHERE at > ?1 ORDER BY at DESC, tag LIMIT ?2
