-- Keys that are wrapped with another key than the vault's current one. ?1 what such texts begin with, ?2 how many
SELECT user_id, wrapped FROM user_keys WHERE substr(wrapped, 1, 12) < ?1
UNION ALL
SELECT user_id, wrapped FROM user_keys WHERE substr(wrapped, 1, 12) > ?1
LIMIT ?2
