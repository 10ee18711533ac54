-- Gives records their places, if the head was moved for them. ?1 [{id, seq, personal, commitment, hash}], ?2 new hash
UPDATE audit_records
SET seq = given.value ->> 'seq', personal = given.value ->> 'personal',
    commitment = given.value ->> 'commitment', hash = given.value ->> 'hash'
FROM json_each(?1) AS given
WHERE audit_records.id = given.value ->> 'id' AND audit_records.seq IS NULL
  AND (SELECT hash FROM audit_head WHERE id = 1) = ?2
