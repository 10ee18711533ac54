-- ?1 user, ?2 step, ?3 when it was skipped or NULL, ?4 now
UPDATE onboarding SET
  name_skipped_at = CASE ?2 WHEN 'name' THEN ?3 ELSE name_skipped_at END,
  birth_skipped_at = CASE ?2 WHEN 'birth' THEN ?3 ELSE birth_skipped_at END,
  preferences_skipped_at = CASE ?2 WHEN 'preferences' THEN ?3 ELSE preferences_skipped_at END,
  updated_at = ?4, version = version + 1
WHERE user_id = ?1
  AND (?3 IS NULL) <> (CASE ?2 WHEN 'name' THEN name_skipped_at WHEN 'birth' THEN birth_skipped_at
                       ELSE preferences_skipped_at END IS NULL)
