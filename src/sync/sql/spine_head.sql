-- The last of a person's events, 0 without any; one row. ?1 user
SELECT coalesce(max(seq), 0) AS head FROM events WHERE user_id = ?1
