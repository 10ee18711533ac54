-- Devices that nobody confirmed in time. ?1 now
DELETE FROM devices WHERE id IN
  (SELECT id FROM devices WHERE pairing_ends_at <= ?1 ORDER BY pairing_ends_at LIMIT 200)
