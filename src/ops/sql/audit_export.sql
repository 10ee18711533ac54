-- Sealed records in the order of the chain, with the key that opens each. ?1 after this place, ?2 how many
SELECT r.seq, r.id, r.at, r.kind, r.outcome, r.actor, r.subject_type, r.subject_id, r.user_id, r.source, r.request_id,
       r.commitment, r.hash, r.personal, k.wrapped
FROM audit_records AS r
LEFT JOIN user_keys AS k
  ON k.user_id = coalesce(r.user_id, 'house:' || strftime('%Y-%m', r.at / 1000, 'unixepoch'))
WHERE r.seq > ?1 ORDER BY r.seq LIMIT ?2
