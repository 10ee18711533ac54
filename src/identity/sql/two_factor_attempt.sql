-- Counts an attempt before it is looked at, so that guesses made side by side all count; none counts while it is locked.
-- ?1 user, ?2 now, ?3 attempts without delay, ?4 first delay, ?5 longest delay
UPDATE two_factor
SET failures = failures + 1,
    locked_until = CASE WHEN failures + 1 >= ?3
      THEN ?2 + min(?5, ?4 * (1 << CAST(min(failures + 1 - ?3, 16) AS INTEGER))) ELSE locked_until END
WHERE user_id = ?1 AND enabled_at IS NOT NULL AND locked_until <= ?2
