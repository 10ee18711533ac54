-- What comes after an event of a person's spine, as devices are told. ?1 user, ?2 the event, ?3 at most so many
SELECT seq, id, type AS kind, subject_id AS subject,
       json_object('type', type, 'subject_type', subject_type, 'subject_id', subject_id,
                   'request_id', request_id, 'at', created_at) AS body
FROM events WHERE user_id = ?1 AND seq > ?2 ORDER BY seq LIMIT CAST(?3 AS INTEGER)
