-- Secrets that are sealed with another key than the vault's current one. ?1 what such texts begin with, ?2 how many
SELECT user_id, secret FROM two_factor WHERE substr(secret, 1, 12) < ?1
UNION ALL
SELECT user_id, secret FROM two_factor WHERE substr(secret, 1, 12) > ?1
LIMIT ?2
