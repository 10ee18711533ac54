-- ?1 engines, as a JSON array
SELECT engine, mode, reason, set_by, set_at, revision
FROM json_each(?1) AS given JOIN engine_breakers ON engine = given.value
