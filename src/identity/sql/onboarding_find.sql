-- ?1 user
SELECT full_name IS NOT NULL OR preferred_name IS NOT NULL AS has_name, birth_date IS NOT NULL AS has_birth_date,
       preferences.version > 1 AS has_preferences, name_skipped_at, birth_skipped_at, preferences_skipped_at
FROM onboarding
JOIN profiles ON profiles.user_id = onboarding.user_id
JOIN preferences ON preferences.user_id = onboarding.user_id
WHERE onboarding.user_id = ?1
