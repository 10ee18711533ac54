-- Why a device was not registered. ?1 user, ?2 key, ?3 whether the session may make the first one
SELECT CASE
  WHEN EXISTS (SELECT 1 FROM devices WHERE user_id = ?1 AND public_key = ?2 AND state <> 'pending') THEN 'known'
  WHEN ?3 OR EXISTS (SELECT 1 FROM devices WHERE user_id = ?1 AND state = 'active') THEN 'many'
  ELSE 'alone'
END AS value
