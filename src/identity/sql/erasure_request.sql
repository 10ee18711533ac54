-- ?1 user, ?2 now
INSERT INTO erasures (user_id, requested_at) SELECT ?1, ?2 WHERE changes() > 0
