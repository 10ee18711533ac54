-- ?1 [{id, before, after}], ?2 now
UPDATE events SET before = given.value ->> 'before', after = given.value ->> 'after', sealed_at = ?2
FROM json_each(?1) AS given
WHERE events.id = given.value ->> 'id' AND events.sealed_at IS NULL
