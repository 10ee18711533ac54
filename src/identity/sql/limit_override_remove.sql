-- ?1 subject, ?2 policy, ?3 now
UPDATE limit_overrides SET removed_at = ?3, updated_at = ?3, revision = revision + 1
WHERE subject = ?1 AND policy = ?2 AND removed_at IS NULL
