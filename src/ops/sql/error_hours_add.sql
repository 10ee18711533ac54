-- If the statement before changed a row. ?1 as in errors_add
INSERT INTO error_hours (fingerprint, hour, count)
SELECT given.value ->> 0, (given.value ->> 9) / 3600000, given.value ->> 7
FROM json_each(?1) AS given WHERE changes() > 0
ON CONFLICT (fingerprint, hour) DO UPDATE SET count = count + excluded.count
