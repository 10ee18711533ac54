SELECT r.created_at, r.engine, r.rating, r.input_hash,
  CASE WHEN r.engine IN ('biorhythm', 'numerology') THEN r.input ->> '$.birth_date' END AS birth_date,
  CASE r.engine WHEN 'biorhythm' THEN r.input ->> '$.target_date' WHEN 'numerology' THEN r.input ->> '$.as_of' END
    AS about,
  CASE r.engine WHEN 'numerology' THEN r.result ->> '$.personal_day.number' END AS number,
  CASE r.engine WHEN 'tarot' THEN (
    SELECT json_group_array(given.value ->> '$.card') FROM json_each(r.result, '$.cards') AS given
  ) END AS cards,
  CASE r.engine WHEN 'tarot' THEN r.result -> '$.balance' END AS balance,
  CASE r.engine WHEN 'iching' THEN r.result ->> '$.primary.number' END AS hexagram,
  CASE r.engine WHEN 'iching' THEN json_array_length(r.result, '$.changing_lines') END AS changing,
  CASE r.engine WHEN 'iching' THEN r.result ->> '$.primary.lower.key' END AS lower,
  CASE r.engine WHEN 'iching' THEN r.result ->> '$.primary.upper.key' END AS upper
FROM readings AS r INDEXED BY readings_by_created_at
WHERE r.user_id = ? AND r.deleted_at IS NULL AND r.created_at >= ?
ORDER BY r.created_at DESC, r.id DESC
LIMIT ?
