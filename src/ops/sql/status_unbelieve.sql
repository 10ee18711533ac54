-- Samples of a clock that was far ahead. ?1 after
DELETE FROM status_samples WHERE at > ?1
