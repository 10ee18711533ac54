-- ?1 moment before which they ended
DELETE FROM authorization_codes WHERE hash IN
  (SELECT hash FROM authorization_codes WHERE expires_at < ?1 ORDER BY expires_at LIMIT 20)
