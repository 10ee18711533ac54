-- If the statement before changed a row. ?1 day since 1970, ?2 [[name, people, calls, errors, micros, rows read, rows
-- written, d1, kv, object, upstream]]
INSERT INTO usage_days (day, name, people, calls, errors, micros, rows_read, rows_written, d1, kv, object, upstream)
SELECT CAST(?1 AS INTEGER), given.value ->> 0, given.value ->> 1, given.value ->> 2, given.value ->> 3,
  given.value ->> 4, given.value ->> 5, given.value ->> 6, given.value ->> 7, given.value ->> 8, given.value ->> 9,
  given.value ->> 10
FROM json_each(?2) AS given WHERE changes() > 0
ON CONFLICT (day, name) DO UPDATE SET people = max(people, excluded.people), calls = calls + excluded.calls,
  errors = errors + excluded.errors, micros = micros + excluded.micros, rows_read = rows_read + excluded.rows_read,
  rows_written = rows_written + excluded.rows_written, d1 = d1 + excluded.d1, kv = kv + excluded.kv,
  object = object + excluded.object, upstream = upstream + excluded.upstream
