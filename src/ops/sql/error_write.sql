-- Notes a write, unless it was made before. ?1 id, ?2 now
INSERT INTO error_writes (id, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING
